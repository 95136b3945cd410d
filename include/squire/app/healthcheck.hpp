#pragma once

#include "squire/app/config.hpp"

namespace squire::app {

// Asks the broker that runs with these settings for /_squire/health, for at most two seconds.
// Returns the exit code: 0 if it is ready; else 1, and says why in one line on the standard error.
int check_health(const Config& config);

}  // namespace squire::app
