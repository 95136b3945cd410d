#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace squire::provision {

// Where the PATH finds a command; nothing if it does not.
std::optional<std::filesystem::path> find_command(std::string_view name);

// The program that runs a script, and the arguments that come before the script's name: those of
// its first line (#!), whether it is executable or not; without one /bin/sh, or for *.py python3.
// ProvisionError if the script cannot be read, or the program is not here.
std::vector<std::string> find_interpreter(const std::filesystem::path& script);

// The name of a program, without directories.
std::string_view program_name(std::string_view program);

}  // namespace squire::provision
