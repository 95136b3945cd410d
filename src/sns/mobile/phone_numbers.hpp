#pragma once

#include <string>
#include <string_view>

#include "squire/engine/registry.hpp"
#include "squire/service/call.hpp"

namespace squire::sns {

// "+" and 2 to 15 digits, as ITU-T E.164 writes phone numbers.
bool is_e164(std::string_view text);

// Where the registry keeps what belongs to the account in its region: "000000000000/us-east-1/".
std::string account_key(std::string_view account, std::string_view region);

bool is_opted_out(const engine::Registry& registry, std::string_view account,
                  std::string_view region, std::string_view number);

}  // namespace squire::sns
