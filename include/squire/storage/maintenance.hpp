#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "squire/engine/store.hpp"

// What is done to a data directory while no daemon has it. All throw StorageError; then, as after a
// crash at any moment, the database is what it was.
namespace squire::storage {

struct Compacted {
  std::uint64_t bytes_before = 0;
  std::uint64_t bytes_after = 0;
};

// Rewrites `squire.db` without anything deleted, and able to give space back while it is used,
// which the files of squire 0.1.0 are not. Takes about a minute and as much room again for each GB.
Compacted compact(const std::filesystem::path& directory,
                  const engine::RowKinds& kinds = engine::engine_row_kinds());

// The same for a state file, such as Journal::begin_copy() made.
void compact_state(const std::filesystem::path& file,
                   const engine::RowKinds& kinds = engine::engine_row_kinds());

struct Salvaged {
  std::filesystem::path file;      // a database, to be renamed to squire.db or imported
  std::vector<std::string> lines;  // what was read and what was lost, for people
};

// Copies what can be read of a damaged `squire.db` and its log into `squire-salvaged.db`. Messages
// whose queues are lost get queues named after their numbers. The old files stay as they are.
Salvaged salvage(const std::filesystem::path& directory,
                 const engine::RowKinds& kinds = engine::engine_row_kinds());

}  // namespace squire::storage
