#include "squire/provision/init_scripts.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include "provision/interpreter.hpp"
#include "provision/script_tools.hpp"

namespace squire::provision {
namespace {

// A child of the script may keep its output open: from time to time we look whether it has ended.
constexpr int kLookMilliseconds = 50;
constexpr std::size_t kPipeBytes = 65'536;
constexpr std::size_t kLineBytesMax = 8192;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int get() const { return descriptor_; }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_;
};

// What the daemon ignores and blocks is none of a script's business.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    sigaddset(&signals, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

class SpawnFiles {
 public:
  explicit SpawnFiles(int output) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
  }
  ~SpawnFiles() { ::posix_spawn_file_actions_destroy(&actions_); }
  SpawnFiles(const SpawnFiles&) = delete;
  SpawnFiles& operator=(const SpawnFiles&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

// The daemon's environment with these variables in it; views into both.
std::vector<char*> merge_environment(const std::vector<std::string>& variables) {
  std::vector<char*> merged;
  for (char** own = environ; *own != nullptr; ++own) {
    const bool is_given = std::any_of(variables.begin(), variables.end(), [&](const auto& given) {
      return name_of(given) == name_of(*own);
    });
    if (!is_given) merged.push_back(*own);
  }
  for (const auto& given : variables) merged.push_back(const_cast<char*>(given.c_str()));
  merged.push_back(nullptr);
  return merged;
}

std::string describe(int status) {
  if (WIFSIGNALED(status)) return std::string("was killed: ") + strsignal(WTERMSIG(status));
  if (WEXITSTATUS(status) == 0) return {};
  return "ended with code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

// Cuts what comes into lines, and keeps where Python says that the script failed.
class InitScripts::LineLog {
 public:
  explicit LineLog(const std::filesystem::path& script)
      : name_(script.filename().string()), mark_("/" + name_ + "\", line ") {}

  // Reads what is there; false: the output has ended.
  bool read(int output, int patience_milliseconds) {
    pollfd polled{output, POLLIN, 0};
    if (::poll(&polled, 1, patience_milliseconds) <= 0) return true;
    std::array<char, kPipeBytes> buffer;
    const auto count = ::read(output, buffer.data(), buffer.size());
    if (count > 0) take({buffer.data(), static_cast<std::size_t>(count)});
    return count > 0;
  }
  void end() {
    if (!line_.empty()) write();
  }

  // The line number of the last traceback that went through the script; or empty.
  const std::string& traced() const { return traced_; }

 private:
  void take(std::string_view text) {
    for (const char c : text) {
      if (c == '\n' || line_.size() == kLineBytesMax) write();
      if (c != '\n') line_ += c;
    }
  }
  void write() {
    spdlog::info("{}: {}", name_, line_);
    if (const auto at = line_.find(mark_); at != std::string::npos) {
      const auto begin = at + mark_.size();
      traced_ = line_.substr(begin, line_.find_first_not_of("0123456789", begin) - begin);
    }
    line_.clear();
  }

  const std::string name_;
  const std::string mark_;
  std::string line_;
  std::string traced_;
};

InitScripts::InitScripts(Options options) : options_(std::move(options)) {}

InitScripts::~InitScripts() {
  stop();
}

void InitScripts::start() {
  tools_ = std::make_unique<ScriptTools>();
  thread_ = std::thread([this] { run(); });
}

void InitScripts::stop() {
  {
    Lock lock(mutex_);
    is_stopping_ = true;
    if (child_ != 0) ::kill(-child_, SIGKILL);
  }
  if (thread_.joinable()) thread_.join();
}

void InitScripts::run() {
  for (std::size_t i = 0; i < options_.scripts.size(); ++i) {
    options_.on_state(i, ScriptState::Running);
    const auto fault = run_script(options_.scripts[i]);
    if (is_stopping()) return;
    options_.on_state(i, fault.empty() ? ScriptState::Successful : ScriptState::Failed);
    if (fault.empty()) continue;
    spdlog::error("{} {}. Squire stops: half set up, it would make tests lie",
                  options_.scripts[i].path.string(), fault);
    has_failed_ = true;
    return options_.on_failure();
  }
  options_.on_success();
}

std::string InitScripts::run_script(const InitScript& script) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return std::string("cannot be run: ") + std::strerror(errno);
  }
  const File output(ends[0]);
  File input(ends[1]);
  spdlog::info("running {}", script.path.string());
  pid_t child = 0;
  if (const int error = spawn(script, input.get(), child); error != 0) {
    return std::string("cannot be run: ") + std::strerror(error);
  }
  input.close();
  LineLog log(script.path);
  const int status = wait_for_end(child, output.get(), log);
  auto fault = describe(status);
  if (WIFEXITED(status) && !fault.empty()) fault += place_of_failure(script, log);
  return fault;
}

int InitScripts::spawn(const InitScript& script, int output, pid_t& child) {
  const SpawnAttributes attributes;
  const SpawnFiles files(output);
  auto variables = options_.environment;
  for (auto& variable : tools_->environment(script.interpreter.front())) {
    variables.push_back(std::move(variable));
  }
  auto environment = merge_environment(variables);
  std::vector<char*> arguments;
  for (const auto& argument : script.interpreter) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(const_cast<char*>(script.path.c_str()));
  arguments.push_back(nullptr);
  Lock lock(mutex_);
  if (is_stopping_) return ECANCELED;
  const int error = ::posix_spawn(&child, arguments.front(), files.get(), attributes.get(),
                                  arguments.data(), environment.data());
  if (error == 0) child_ = child;
  return error;
}

int InitScripts::wait_for_end(pid_t child, int output, LineLog& log) {
  bool is_open = true;
  siginfo_t ended{};
  while (ended.si_pid == 0) {
    if (is_open) is_open = log.read(output, kLookMilliseconds);
    // It stays a zombie, so that stop() cannot hit another process of the same number.
    ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT | (is_open ? WNOHANG : 0));
  }
  if (is_open) log.read(output, 0);
  log.end();
  Lock lock(mutex_);
  int status = 0;
  ::waitpid(child, &status, 0);
  child_ = 0;
  return status;
}

std::string InitScripts::place_of_failure(const InitScript& script, const LineLog& log) const {
  if (!log.traced().empty()) return " at line " + log.traced();
  auto place = tools_->place_of_failure(script.path);
  const auto shell = program_name(script.interpreter.front());
  if (place.empty() && (shell == "sh" || shell == "dash")) {
    place = " (sh does not say at which line; with #!/bin/bash in its first line this would)";
  }
  return place;
}

bool InitScripts::is_stopping() {
  Lock lock(mutex_);
  return is_stopping_;
}

}  // namespace squire::provision
