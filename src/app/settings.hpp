#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "squire/app/config.hpp"

namespace squire::app {

// One setting: its key in the file, SQUIRE_KEY in the environment, --key as a flag. Its default is
// that of its member in Config.
struct Setting {
  std::string_view key;
  std::string_view help;
  std::string takes;  // "a whole number, 0 to 65535"
  bool is_secret;
  // Puts the value of the text into the configuration. What of the text is wrong; nothing: it is
  // well.
  std::function<std::optional<std::string>(Config&, std::string_view text)> read;
  // The value as JSON, secret or not.
  std::function<nlohmann::ordered_json(const Config&)> show;
};

// All of them, in the order in which --help and config/squire.json show them.
const std::vector<Setting>& settings();

// Null if there is none of that key.
const Setting* find_setting(std::string_view key);

}  // namespace squire::app
