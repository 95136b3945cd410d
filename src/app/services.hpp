#pragma once

#include <vector>

#include "squire/service/action.hpp"

namespace squire::app {

// The services on the port. Another one is a row more here. What no service understands is answered
// as the first would.
const std::vector<const service::Service*>& services();

}  // namespace squire::app
