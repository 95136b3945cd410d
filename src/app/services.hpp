#pragma once

#include <vector>

#include "squire/engine/store.hpp"
#include "squire/service/action.hpp"

namespace squire::app {

// The services on the port. Another one is a row more here. What no service understands is answered
// as the first would.
const std::vector<const service::Service*>& services();

// What is kept across a restart: the engine's kinds of rows, and those of services.
const engine::RowKinds& row_kinds();

}  // namespace squire::app
