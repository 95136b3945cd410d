#include "provision/interpreter.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "squire/provision/error.hpp"

namespace squire::provision {
namespace {

constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";
constexpr std::size_t kFirstLineMax = 4096;
constexpr std::string_view kBlanks = " \t\r";

std::string_view trim(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find_first_of(kBlanks));
  text = trim(text.substr(word.size()));
  return word;
}

std::string read_first_line(const std::filesystem::path& script) {
  std::ifstream file(script, std::ios::binary);
  if (!file) throw ProvisionError(script.string() + " cannot be read: " + std::strerror(errno));
  std::string line(kFirstLineMax, '\0');
  file.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(std::min(static_cast<std::size_t>(file.gcount()), line.find('\n')));
  return line;
}

bool is_executable(const std::filesystem::path& file) {
  std::error_code ignored;
  return !std::filesystem::is_directory(file, ignored) && ::access(file.c_str(), X_OK) == 0;
}

std::string require_program(const std::filesystem::path& script, std::string_view program) {
  const auto found = find_command(program);
  if (found) return found->string();
  throw ProvisionError(
      script.string() + " needs " + std::string(program) +
      ", which is not here: declare queues and topics in a *.json file instead, or "
      "take the image with a shell (docker build --target shell)");
}

// `/usr/bin/env bash -e`: the program behind env, if nothing more is asked of that.
std::string_view take_program_of_env(std::string_view& arguments) {
  auto rest = arguments;
  if (rest.starts_with("-S")) rest = trim(rest.substr(2));
  const auto program = take_word(rest);
  if (program.starts_with('-') || program.find('=') != std::string_view::npos) return {};
  arguments = rest;
  return program;
}

}  // namespace

std::optional<std::filesystem::path> find_command(std::string_view name) {
  if (name.empty()) return std::nullopt;
  if (name.find('/') != std::string_view::npos) {
    return is_executable(name) ? std::optional<std::filesystem::path>(name) : std::nullopt;
  }
  const char* given = std::getenv("PATH");
  std::string_view path = given != nullptr ? std::string_view(given) : kDefaultPath;
  while (!path.empty()) {
    const auto directory = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(directory.size() + 1, path.size()));
    auto file = std::filesystem::path(directory) / name;
    if (!directory.empty() && is_executable(file)) return file;
  }
  return std::nullopt;
}

std::vector<std::string> find_interpreter(const std::filesystem::path& script) {
  const auto line = read_first_line(script);
  if (!line.starts_with("#!")) {
    return {require_program(script, script.extension() == ".py" ? "python3" : "/bin/sh")};
  }
  auto arguments = trim(std::string_view(line).substr(2));
  auto program = take_word(arguments);
  if (program_name(program) == "env") {
    const auto behind = take_program_of_env(arguments);
    if (!behind.empty()) program = behind;
  }
  std::vector<std::string> command{require_program(script, program)};
  // As the kernel does it: all that follows is one argument.
  if (!arguments.empty()) command.emplace_back(arguments);
  return command;
}

std::string_view program_name(std::string_view program) {
  return program.substr(program.rfind('/') + 1);
}

}  // namespace squire::provision
