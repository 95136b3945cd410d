#include "squire/app/app.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "app/daemon.hpp"
#include "app/log.hpp"

namespace squire::app {
namespace {

// Signals are taken by sigwait() alone; threads started later inherit the mask.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Every connection is a file: take as many as we may.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

void stop_by_signal() {
  ::kill(::getpid(), SIGTERM);
}

int serve(const Config& config, const sigset_t& signals) {
  Daemon daemon(config, &stop_by_signal);
  daemon.start();
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) daemon.reload();
  return daemon.stop();
}

}  // namespace

int run(const Config& config) {
  set_up_log(config);
  const auto signals = block_signals();
  raise_file_limit();
  try {
    return serve(config, signals);
  } catch (const std::exception& error) {
    spdlog::error("cannot start: {}", error.what());
    return 1;
  }
}

}  // namespace squire::app
