// What the daemon says of itself, on the standard error.
#pragma once

#include <cstdint>

#include "squire/app/config.hpp"

namespace squire::app {

// Once, before any thread logs.
void set_up_log(const Config& config);
// "squire 1.0 listening on ..."
void log_start(const Config& config, std::uint16_t port, bool has_certificate);
// Where we stand in LocalStack's place: what is set for it and means nothing here.
void log_unheeded();
// What health checks and test suites wait for: a line that ends so, as LocalStack's last one does.
// Whatever log_level says, unless that is "off".
void say_ready();

}  // namespace squire::app
