#pragma once

#include <cstdint>
#include <filesystem>

#include "squire/engine/store.hpp"

namespace squire::storage {

// What a state file holds; queues without those that nobody sees, of pending deliveries.
struct StateCounts {
  std::uint64_t queues = 0;
  std::uint64_t messages = 0;  // of those queues
  std::uint64_t topics = 0;
  std::uint64_t subscriptions = 0;
  std::uint64_t pending_deliveries = 0;
  std::uint64_t archived_messages = 0;
};

// Looks through the whole file, which whoever may have made, and brings it up to this version of
// the schema; then a journal can take it (Journal::replace). Throws StorageError, which says what
// is wrong with "the file". Takes some seconds for a million messages, and little memory.
StateCounts check_state(const std::filesystem::path& file,
                        const engine::RowKinds& kinds = engine::engine_row_kinds());

}  // namespace squire::storage
