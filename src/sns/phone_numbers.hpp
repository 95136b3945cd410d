#pragma once

#include <string_view>

#include "squire/engine/registry.hpp"

namespace squire::sns {

// "+" and 2 to 15 digits, as ITU-T E.164 writes phone numbers.
bool is_e164(std::string_view text);

bool is_opted_out(const engine::Registry& registry, std::string_view account,
                  std::string_view region, std::string_view number);

}  // namespace squire::sns
