// Maps as netstrings ("5:Color,4:blue,"): safe for any bytes, and readable in a sqlite3 shell.
#pragma once

#include <string>
#include <string_view>

#include "squire/engine/record.hpp"

namespace squire::storage {

// name, value, name, value, …
std::string encode(const engine::StringMap& map);
// name, type, value, name, type, value, …
std::string encode(const MessageAttributes& attributes);

// The inverse; throw StorageError if the bytes are damaged.
engine::StringMap decode_string_map(std::string_view bytes);
MessageAttributes decode_attributes(std::string_view bytes);

}  // namespace squire::storage
