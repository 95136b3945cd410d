#pragma once

#include <filesystem>

#include "squire/engine/row.hpp"
#include "storage/directory_lock.hpp"

namespace squire::storage {

// Rewrites `squire.db` as maintenance.hpp says; nobody has it open. A crash keeps the old or the
// new.
void compact_database(const std::filesystem::path& directory, const DirectoryLock& lock,
                      const engine::RowKinds& kinds);

}  // namespace squire::storage
