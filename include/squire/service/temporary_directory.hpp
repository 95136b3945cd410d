// Directories of one daemon's life below the system's one for temporary files. Their names hold the
// process id, which tells the next daemon what a crash has left behind.
#pragma once

#include <string>
#include <string_view>

namespace squire::service {

// "/tmp/squire-state-4711-XXXXXX", for mkdtemp(). Without a directory if the system has none for
// temporary files.
std::string temporary_directory_template(std::string_view prefix);

// Removes this user's directories of that prefix whose process is no more. To be called before this
// process has made one.
void remove_left_behind(std::string_view prefix);

}  // namespace squire::service
