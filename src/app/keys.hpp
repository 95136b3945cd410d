#pragma once

#include <string>
#include <vector>

#include "app/json_file.hpp"
#include "squire/access/signature.hpp"

namespace squire::app {

// Adds the access keys of an array: {"access_key", "secret", "account", "user", "session_token",
// "expires", "policy"}. `path`, the array's, is named in errors (ConfigError).
void read_keys(std::vector<access::Key>& keys, const Json& array, const Source& source,
               const std::string& path);

}  // namespace squire::app
