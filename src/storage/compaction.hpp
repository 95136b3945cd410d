#pragma once

#include <filesystem>

#include "storage/directory_lock.hpp"

namespace squire::storage {

// Rewrites `squire.db` as maintenance.hpp says; nobody has it open. A crash keeps the old or the
// new.
void compact_database(const std::filesystem::path& directory, const DirectoryLock& lock);

}  // namespace squire::storage
