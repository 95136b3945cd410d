#pragma once

#include "squire/app/config.hpp"

namespace squire::app {

// --salvage: copies what can be read of the data directory's database into a new file, and says on
// the standard output what was lost. The exit code.
int salvage(const Config& config);

// --compact: rewrites the database without anything deleted. The exit code.
int compact(const Config& config);

}  // namespace squire::app
