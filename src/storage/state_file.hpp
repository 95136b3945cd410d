#pragma once

#include "squire/engine/journal.hpp"
#include "squire/storage/state_file.hpp"

namespace squire::storage {

// Makes a state file of the rows that walk(apply) gives, in any order. Throws StorageError.
void write_state(const std::filesystem::path& file, const engine::RowKinds& kinds,
                 const std::function<void(const engine::Journal::Apply&)>& walk);

// Gives the rows of a file that was checked, as Journal::load() does; then the archives.
void read_state(const std::filesystem::path& file, const engine::RowKinds& kinds,
                const engine::Journal::Apply& apply,
                const std::function<void(engine::ArchivedRow)>& apply_archived);

}  // namespace squire::storage
