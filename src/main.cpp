#include <unistd.h>

#include <exception>
#include <iostream>
#include <sstream>
#include <string>

#include "squire/app/app.hpp"
#include "squire/app/healthcheck.hpp"
#include "squire/app/maintenance.hpp"

// An arena of memory for each core instead of four: what one thread frees another reuses, and an
// idle daemon is half a megabyte smaller. Read by jemalloc, where that is linked, before main().
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "percpu_arena:percpu";
}

int main(int argc, char** argv) {
  try {
    const auto config = squire::app::read_command_line(argc, argv, environ);
    if (!config) return 0;
    if (config->is_healthcheck) return squire::app::check_health(*config);
    if (config->is_salvage) return squire::app::salvage(*config);
    if (config->is_compaction) return squire::app::compact(*config);
    return squire::app::run(*config);
  } catch (const squire::app::ConfigError& error) {
    std::istringstream lines(error.what());
    for (std::string line; std::getline(lines, line);) std::cerr << "squire: " << line << '\n';
    return 2;
  }
}
