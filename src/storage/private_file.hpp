#pragma once

#include <filesystem>

namespace squire::storage {

// Makes the file if it is missing, and makes it its owner's alone: messages are private. SQLite
// gives the files beside a database the mode of the database itself. What cannot be done will be
// told by whoever opens the file next.
void make_private(const std::filesystem::path& file) noexcept;

}  // namespace squire::storage
