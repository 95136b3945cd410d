#pragma once

#include <span>
#include <string>

#include "squire/core/clock.hpp"

namespace squire::net {

// What a server shows of itself over TLS, and the key it proves it with.
struct Certificate {
  std::string chain_pem;  // its own, then those that vouch for it
  std::string key_pem;    // secret
};

// Good for ten years, for hosts ("localhost", "*.localhost", "127.0.0.1") of which the first is its
// name; nobody vouches for it, so clients must be given it. Throws std::runtime_error where OpenSSL
// fails.
Certificate make_self_signed(TimePoint now, std::span<const std::string> hosts);

}  // namespace squire::net
