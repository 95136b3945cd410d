#include <unistd.h>

#include <exception>
#include <iostream>

#include "squire/app/app.hpp"
#include "squire/app/healthcheck.hpp"

int main(int argc, char** argv) {
  try {
    const auto config = squire::app::read_command_line(argc, argv, environ);
    if (!config) return 0;
    return config->is_healthcheck ? squire::app::check_health(*config) : squire::app::run(*config);
  } catch (const squire::app::ConfigError& error) {
    std::cerr << "squire: " << error.what() << '\n';
    return 2;
  }
}
