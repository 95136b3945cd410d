#pragma once

#include "squire/core/clock.hpp"
#include "squire/core/ids.hpp"
#include "squire/engine/journal.hpp"

namespace squire::engine {

// The whole outside world of the engine. All three outlive the broker and are thread-safe.
struct Env {
  Clock& clock;
  Ids& ids;
  Journal& journal;
};

}  // namespace squire::engine
