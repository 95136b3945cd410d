#include "provision/script_tools.hpp"

#include <spdlog/spdlog.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "provision/interpreter.hpp"
#include "squire/core/text.hpp"
#include "squire/service/temporary_directory.hpp"

namespace squire::provision {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "squire-init-";
constexpr const char* kCommands = "bin";
constexpr const char* kBashStart = "bash";  // what bash reads before the script
constexpr const char* kFailed = "failed";   // line and text of the last command that failed
constexpr const char* kLast = "last";       // line of the outermost call, text of the last command
constexpr std::size_t kCommandShownMax = 200;  // bytes

// Bash runs these where the script sets no traps of its own; they change neither $?, $_ nor
// PIPESTATUS, and set -x does not show them. A function does not inherit the first; the second then
// tells which command it was.
constexpr std::string_view kTraps = R"(
trap '{ __squire_argument=$_ __squire_line=$LINENO
  printf "%s\n%s\n" "$__squire_line" "$BASH_COMMAND" >|"$__squire_directory/failed" || :
  : "$__squire_argument"; } 2>/dev/null' ERR
trap '{ (($? == 0)) || printf "%s\n%s\n" "${BASH_LINENO[0]}" "$BASH_COMMAND" >|"$__squire_directory/last"
  } 2>/dev/null' EXIT
)";

// As one word of a shell.
std::string quote(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += "'\\'";
    quoted += c;
  }
  return quoted + "'";
}

void write(const fs::path& file, std::string_view text, fs::perms permissions) {
  std::ofstream out(file);
  out << text;
  out.close();
  if (!out) throw std::runtime_error(file.string() + " cannot be written");
  fs::permissions(file, permissions);
}

void warn(const std::string& fault) {
  spdlog::warn(
      "{}: in init scripts an AWS CLI that does not know AWS_ENDPOINT_URL will not find this "
      "broker",
      fault);
}

fs::path make_directory() {
  service::remove_left_behind(kPrefix);
  auto name = service::temporary_directory_template(kPrefix);
  if (!fs::path(name).has_parent_path()) {
    warn("there is no directory for temporary files");
  } else if (::mkdtemp(name.data()) == nullptr) {
    warn(name + ": " + std::strerror(errno));
  } else {
    return name;
  }
  return {};
}

// Before `directory` is in the PATH.
void make_commands(const fs::path& directory) {
  const auto aws = find_command("aws");
  if (!aws || !find_command("/bin/sh")) return;
  // A flag of the script's own comes later and wins.
  const auto script = "#!/bin/sh\nexec " + quote(aws->string()) +
                      " ${AWS_ENDPOINT_URL:+--endpoint-url \"$AWS_ENDPOINT_URL\"} \"$@\"\n";
  const bool has_awslocal = find_command("awslocal").has_value();
  fs::create_directory(directory);
  write(directory / "aws", script, fs::perms::owner_all);
  if (!has_awslocal) write(directory / "awslocal", script, fs::perms::owner_all);
}

// What a trap has written.
struct Place {
  std::int64_t line = 0;  // 0: not known
  std::string command;    // its first line
};

Place read_place(const fs::path& file) {
  Place place;
  std::ifstream in(file);
  std::string line;
  if (std::getline(in, line)) place.line = parse_integer(line).value_or(0);
  std::getline(in, place.command);
  return place;
}

std::string describe(const Place& place) {
  const auto shown = place.command.substr(0, kCommandShownMax);
  return place.line == 0 ? " at: " + shown
                         : " at line " + std::to_string(place.line) + ": " + shown;
}

// The number of the one line with that text; 0 if there is none, or more.
std::int64_t find_line(const fs::path& script, const std::string& text) {
  std::ifstream in(script);
  std::int64_t found = 0;
  std::string line;
  for (std::int64_t number = 1; !text.empty() && std::getline(in, line); ++number) {
    if (line.find(text) == std::string::npos) continue;
    if (found != 0) return 0;
    found = number;
  }
  return found;
}

}  // namespace

ScriptTools::ScriptTools() : directory_(make_directory()) {
  if (directory_.empty()) return;
  try {
    make_commands(directory_ / kCommands);
    write(directory_ / kBashStart,
          "unset BASH_ENV\n__squire_directory=" + quote(directory_.string()) + std::string(kTraps),
          fs::perms::owner_read);
  } catch (const std::runtime_error& error) {
    warn(error.what());
    clear();
  }
}

ScriptTools::~ScriptTools() {
  clear();
}

void ScriptTools::clear() {
  std::error_code ignored;
  if (!directory_.empty()) fs::remove_all(directory_, ignored);
  directory_.clear();
}

std::vector<std::string> ScriptTools::environment(const std::string& interpreter) {
  std::vector<std::string> variables;
  std::error_code ignored;
  if (directory_.empty()) return variables;
  fs::remove(directory_ / kFailed, ignored);
  fs::remove(directory_ / kLast, ignored);
  if (fs::exists(directory_ / kCommands, ignored)) {
    const char* path = ::getenv("PATH");
    variables.push_back("PATH=" + (directory_ / kCommands).string() + ":" +
                        (path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin"));
  }
  // Who has given bash something to read has it read.
  if (program_name(interpreter) == "bash" && ::getenv("BASH_ENV") == nullptr) {
    variables.push_back("BASH_ENV=" + (directory_ / kBashStart).string());
  }
  return variables;
}

std::string ScriptTools::place_of_failure(const fs::path& script) const {
  if (directory_.empty()) return {};
  const auto failed = read_place(directory_ / kFailed);
  const auto last = read_place(directory_ / kLast);
  if (last.command.empty()) {  // the script has an EXIT trap of its own
    return failed.line == 0 ? "" : "; the last command that failed was" + describe(failed);
  }
  if (last.command == failed.command) return describe(failed);
  const auto line = find_line(script, last.command);
  // Else where the function was called that it is in.
  return describe({line != 0 ? line : last.line, last.command});
}

}  // namespace squire::provision
