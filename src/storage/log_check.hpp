#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace squire::storage {

// SQLite ends its reading of a write-ahead log at the first frame whose checksum is wrong,
// silently: that is how it finds the end after a crash. Whether commits stand behind such a frame,
// and so are dropped when the database is opened: a sentence that says how much. Reads the log
// once.
std::optional<std::string> find_log_damage(const std::filesystem::path& log);

}  // namespace squire::storage
