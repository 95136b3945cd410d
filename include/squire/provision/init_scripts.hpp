#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "squire/core/mutex.hpp"
#include "squire/provision/init_files.hpp"

namespace squire::provision {

class ScriptTools;

// How far a script is.
enum class ScriptState : std::uint8_t { Running, Successful, Failed };

// Runs scripts one after another on a thread of its own, each with its interpreter, and logs what
// they print line by line. The first that fails is the last.
// Owned by the daemon's start; its own thread and the owner's may use it.
class InitScripts {
 public:
  struct Options {
    std::vector<InitScript> scripts;
    std::vector<std::string> environment;  // "NAME=value", over the daemon's own
    // Called on the thread when the script of that place in the list begins and ends.
    std::function<void(std::size_t, ScriptState)> on_state;
    // Either is called on the thread, at the end.
    std::function<void()> on_success;
    std::function<void()> on_failure;  // the log says what failed
  };

  explicit InitScripts(Options options);
  // Stops, if that was not done. What scripts have left running finds no commands of ours any more.
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
  class LineLog;

  void run();
  // What went wrong; empty: nothing.
  std::string run_script(const InitScript& script);
  // The error number; none while this is stopped.
  int spawn(const InitScript& script, int output, pid_t& child);
  // The child's wait status; its output is logged until it ends, whoever still holds it then.
  int wait_for_end(pid_t child, int output, LineLog& log);
  std::string place_of_failure(const InitScript& script, const LineLog& log) const;
  bool is_stopping();

  const Options options_;
  bool has_failed_ = false;             // the thread's until it has ended
  std::unique_ptr<ScriptTools> tools_;  // likewise, once started
  std::thread thread_;
  Mutex mutex_{LockRank::Leaf};
  pid_t child_ GUARDED_BY(mutex_) = 0;  // leads the process group of all it starts; 0: none runs
  bool is_stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace squire::provision
