#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "squire/app/config.hpp"

namespace squire::app {

// What the user writes, in files of JSON with // comments: objects whose keys stay in their order.
// All errors are ConfigError and name the source, a file's path.
using Json = nlohmann::ordered_json;

std::string read_file(const std::filesystem::path& path);

Json parse_json(const std::string& text, const std::string& source);
Json parse_object(const std::string& text, const std::string& source);

// A scalar as the text a client would send; attributes may be written as numbers, booleans or, for
// policies, as JSON objects.
std::string to_text(const Json& value);

[[noreturn]] void fail(const std::string& source, std::string_view key, const std::string& why);

// Adds the declarations under this key of a document to the configuration. False: it is another's.
bool read_declarations(Config& config, const std::string& key, const Json& value,
                       const std::string& source);

}  // namespace squire::app
