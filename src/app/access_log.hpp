#pragma once

#include <memory>

#include "squire/app/config.hpp"
#include "squire/service/observer.hpp"

namespace squire::app {

// A line on the standard output for every request, as text or as a JSON object. Never has the query
// string or a header in it: presigned URLs and tokens are secrets. Thread-safe.
std::unique_ptr<service::Observer> make_access_log(AccessLog form);

}  // namespace squire::app
