#include "squire/admin/console_page.hpp"

// From console_page.S: an array of bytes, and where it ends.
extern "C" const char squire_console_page_begin[];
extern "C" const char squire_console_page_end[];

namespace squire::admin {

std::string_view console_page() {
  return {squire_console_page_begin, squire_console_page_end};
}

}  // namespace squire::admin
