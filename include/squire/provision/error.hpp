#pragma once

#include <stdexcept>

namespace squire::provision {

// What a file wants cannot be had; what() names it.
struct ProvisionError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace squire::provision
