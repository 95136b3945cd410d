#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "squire/app/config.hpp"

namespace squire::app {

// What the user writes, in files of JSON with // comments: objects whose keys stand in their order.
// All errors are ConfigError and name the source, a file's path, and the line.
using Json = nlohmann::ordered_json;

// A file, and the lines on which its keys and the objects of its arrays stand.
class Source {
 public:
  explicit Source(std::string name) : name_(std::move(name)) {}

  void note(const std::string& path, int line) { lines_[path] = line; }
  // "squire.json:12" for "queues[1].tags". What is not there is looked for where it is missing.
  std::string place_of(std::string path) const;

 private:
  std::string name_;
  std::map<std::string, int> lines_;  // by path
};

struct Document {
  Json json;
  Source source;
};

// `what` is named in errors.
std::string read_file(const std::filesystem::path& path,
                      std::string_view what = "the configuration file");

// `root`: what paths begin with, for a file that holds the value of that key.
Document parse_document(const std::string& text, const std::string& name,
                        const std::string& root = "");
Document parse_object(const std::string& text, const std::string& name);

// A scalar as the text a client would send; attributes may be written as numbers, booleans or, for
// policies, as JSON objects.
std::string to_text(const Json& value);

// `path`: the key, or "queues[1].tags".
[[noreturn]] void fail(const Source& source, const std::string& path, const std::string& why);

// Adds the declarations under this key of a document to the configuration. False: it is another's.
bool read_declarations(Config& config, const std::string& key, const Json& value,
                       const Source& source);

}  // namespace squire::app
