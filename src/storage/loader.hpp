#pragma once

#include <functional>
#include <vector>

#include "squire/engine/record.hpp"
#include "storage/database.hpp"

namespace squire::storage {

// Journal::load(). Returns the numbers of queues that no longer exist but still have rows: what
// was appended after a QueueGone. Those rows are skipped.
std::vector<std::uint32_t> load_rows(Database& database,
                                     const std::function<void(engine::Record)>& apply);

}  // namespace squire::storage
