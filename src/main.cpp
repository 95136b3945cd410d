#include <unistd.h>

#include <exception>
#include <iostream>

#include "squire/app/app.hpp"

int main(int argc, char** argv) {
  try {
    const auto config = squire::app::read_command_line(argc, argv, environ);
    return config ? squire::app::run(*config) : 0;
  } catch (const squire::app::ConfigError& error) {
    std::cerr << "squire: " << error.what() << '\n';
    return 2;
  }
}
