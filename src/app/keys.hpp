#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "squire/access/signature.hpp"

namespace squire::app {

// Adds the access keys of an array: {"access_key", "secret", "account", "user", "session_token",
// "expires", "policy"}. `source` and `place` are named in errors (ConfigError).
void read_keys(std::vector<access::Key>& keys, const nlohmann::ordered_json& array,
               const std::string& source, const std::string& place);

}  // namespace squire::app
