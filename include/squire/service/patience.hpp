#pragma once

#include "squire/core/clock.hpp"

namespace squire::service {

// How long something may wait by the broker's clock. It is over, too, when that clock was set back
// to before it began (reset): nobody waits for a time that a test has moved away.
struct Patience {
  TimePoint begin;
  TimePoint end;

  bool lasts(TimePoint now) const { return begin <= now && now < end; }
};

}  // namespace squire::service
