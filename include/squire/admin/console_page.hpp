#pragma once

#include <string_view>

namespace squire::admin {

// The console: one HTML page with its script and style inside, compressed with gzip. Its sources
// are in src/console; scripts/console makes it, and the linker puts it into the binary. Valid for
// ever, from any thread.
std::string_view console_page();

}  // namespace squire::admin
