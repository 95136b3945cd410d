#pragma once

#include "squire/app/config.hpp"

namespace squire::app {

// The daemon from start to stop: opens the data directory, creates the declared queues, serves
// until SIGTERM or SIGINT. Logs to the standard error. Returns the exit code: 0 after a clean stop,
// 1 if it could not start or had to stop because the disk failed.
int run(const Config& config);

}  // namespace squire::app
