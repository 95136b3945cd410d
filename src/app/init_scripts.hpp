#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "squire/core/mutex.hpp"

namespace squire::app {

// Runs scripts with /bin/sh, one after another, on a thread of its own, and logs what they print
// line by line. The first that fails is the last.
// Owned by the daemon's start; its own thread and the owner's may use it.
class InitScripts {
 public:
  struct Options {
    std::vector<std::filesystem::path> scripts;
    std::vector<std::string> environment;  // "NAME=value", over the daemon's own
    // Either is called on the thread, at the end.
    std::function<void()> on_success;
    std::function<void()> on_failure;  // the log says what failed
  };

  explicit InitScripts(Options options);
  // Stops, if that was not done.
  ~InitScripts();
  InitScripts(const InitScripts&) = delete;
  InitScripts& operator=(const InitScripts&) = delete;

  void start();

  // Kills the script that runs, with all it started, and waits for the thread; neither callback is
  // called for that.
  void stop();

  // Once stopped: a script has failed.
  bool has_failed() const { return has_failed_; }

 private:
  void run();
  // What went wrong; empty: nothing.
  std::string run_script(const std::filesystem::path& script);
  // The error number; none while this is stopped.
  int spawn(const std::filesystem::path& script, int output, pid_t& child);
  // The child's wait status; its output is logged until it ends, whoever still holds it then.
  int wait_for_end(pid_t child, int output, const std::string& name);
  bool is_stopping();

  const Options options_;
  bool has_failed_ = false;  // the thread's until it has ended
  std::thread thread_;
  Mutex mutex_{LockRank::Leaf};
  pid_t child_ GUARDED_BY(mutex_) = 0;  // leads the process group of all it starts; 0: none runs
  bool is_stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace squire::app
