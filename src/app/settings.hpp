#pragma once

#include <limits>
#include <string_view>
#include <variant>
#include <vector>

#include "squire/app/config.hpp"

namespace squire::app {

using Member = std::variant<std::string Config::*, std::filesystem::path Config::*,
                            std::uint16_t Config::*, std::int64_t Config::*, bool Config::*>;

// One setting: its key in the file, SQUIRE_KEY in the environment, --key as a flag.
struct Setting {
  std::string_view key;
  Member member;
  std::string_view help;
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::vector<std::string_view> choices = {};
  bool is_secret = false;
};

// All of them, in the order in which --help and config/squire.json show them.
const std::vector<Setting>& settings();

// Null if there is none of that key.
const Setting* find_setting(std::string_view key);

}  // namespace squire::app
