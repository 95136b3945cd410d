#include "squire/net/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "net/front.hpp"
#include "net/tls_context.hpp"
#include "squire/core/heartbeat.hpp"
#include "squire/core/helpers.hpp"
#include "squire/core/internal_errors.hpp"
#include "squire/net/system_clock.hpp"
#include "squire/net/worker.hpp"

namespace squire::net {
namespace {

namespace asio = boost::asio;

constexpr Milliseconds kCloseTime{300};

}  // namespace

class Server::State {
 public:
  explicit State(ServerSettings given)
      : settings(std::move(given)),
        clock(keeper),
        wire_clock(keeper),
        shared(settings, clock, wire_clock, long_work, computing),
        contexts(make_contexts(settings.threads_count)),
        front(shared, keeper) {
    for (const auto& context : contexts) {
      workers.push_back(std::make_unique<Worker>(workers.size(), *context, shared));
    }
  }

  // A worker's thread.
  void work(Worker& worker);
  // Once a second, on the worker's thread.
  asio::awaitable<void> tick(Worker& worker);
  // The keeper's thread.
  void keep();
  asio::awaitable<void> keep_ticking();
  // What every_second() has to do, until that is done.
  asio::awaitable<void> tick_once();
  // Until all connections have ended, but not for longer than `patience`.
  void wait_for_connections(Milliseconds patience) const {
    const TimePoint deadline = clock.now() + patience;
    while (shared.open_count > 0 && clock.now() < deadline) {
      std::this_thread::sleep_for(Milliseconds(2));
    }
  }
  // What became due happens at once, and who waits looks again.
  void clock_was_moved();
  // What waits looks at the time again.
  void wake_waiting() const {
    for (const auto& worker : workers) {
      asio::post(worker->context, [&worker = *worker] { worker.wake_waiting(); });
    }
  }

  const ServerSettings settings;
  asio::io_context keeper{1};
  SystemClock clock;
  const SystemClock wire_clock;  // stands still while the machine sleeps, as clients do
  const WallClock wall_clock;
  Shared shared;
  std::vector<std::unique_ptr<Worker>> workers;
  // End before the workers, whose connections they hold.
  const std::vector<std::unique_ptr<asio::io_context>> contexts;
  Helpers long_work{"long", "what takes long"};
  Helpers computing{"computing", "what is to be computed"};
  Heart* keepers_heart = nullptr;
  std::function<bool()> every_second;
  std::vector<std::thread> threads;
  Front front;

 private:
  static std::vector<std::unique_ptr<asio::io_context>> make_contexts(std::size_t count) {
    if (count == 0) count = std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::unique_ptr<asio::io_context>> contexts;
    for (std::size_t i = 0; i < count; ++i) {
      contexts.push_back(std::make_unique<asio::io_context>(1));
    }
    return contexts;
  }
};

void Server::State::work(Worker& worker) {
  Heart heart("worker " + std::to_string(worker.number));
  worker.heart = &heart;
  worker.shown_heart = &heart;
  const auto guard = asio::make_work_guard(worker.context);
  worker.context.run();
}

asio::awaitable<void> Server::State::tick(Worker& worker) {
  asio::steady_timer timer(worker.context);
  for (;;) {
    timer.expires_after(Seconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    worker.heart->beat();
    worker.watch();
  }
}

void Server::State::keep() {
  Heart heart("keeper");
  keepers_heart = &heart;
  const auto guard = asio::make_work_guard(keeper);
  keeper.run();
}

asio::awaitable<void> Server::State::keep_ticking() {
  asio::steady_timer timer(keeper);
  for (;;) {
    timer.expires_after(Seconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    if (clock.follow()) wake_waiting();
    co_await tick_once();
  }
}

asio::awaitable<void> Server::State::tick_once() {
  for (bool is_more = static_cast<bool>(every_second); is_more;) {
    is_more = false;
    keepers_heart->beat("every second");
    guarded(Border::Tick, "every second", [&] { is_more = every_second(); });
    keepers_heart->beat();
    co_await asio::post(keeper, asio::use_awaitable);  // alarms ring meanwhile
  }
  keepers_heart->beat();
}

Server::Server(ServerSettings settings) : state_(std::make_unique<State>(std::move(settings))) {}

Server::~Server() {
  stop();
}

Clock& Server::clock() {
  return state_->clock;
}

const Clock& Server::wall_clock() const {
  return state_->wall_clock;
}

void Server::advance_clock(Milliseconds by) {
  state_->clock.advance(by);
  state_->clock_was_moved();
}

void Server::reset_clock() {
  state_->clock.reset();
  state_->clock_was_moved();
}

void Server::State::clock_was_moved() {
  asio::co_spawn(keeper, tick_once(), asio::detached);
  wake_waiting();
}

void Server::every_second(std::function<bool()> f) {
  state_->every_second = std::move(f);
}

std::size_t Server::connection_count() const {
  return state_->shared.open_count;
}

void Server::use_certificate(const Certificate& certificate) {
  const auto context = make_server_context(certificate);
  for (const auto& worker : state_->workers) {
    asio::post(worker->context, [&worker = *worker, context] { worker.tls = context; });
  }
}

std::uint16_t Server::listen(const asio::ip::tcp::endpoint& endpoint, const PortRole& role) {
  return state_->front.listen(endpoint, role);
}

void Server::start() {
  auto& state = *state_;
  std::vector<Worker*> workers;
  for (const auto& worker : state.workers) workers.push_back(worker.get());
  for (auto* sessions : state.front.protocols()) sessions->start(workers);
  for (auto* worker : workers) {
    asio::co_spawn(worker->context, state.tick(*worker), asio::detached);
    state.threads.emplace_back([&state, worker] { state.work(*worker); });
  }
  asio::co_spawn(state.keeper, state.keep_ticking(), asio::detached);
  state.threads.emplace_back([&state] { state.keep(); });
  state.front.start(std::move(workers));
}

void Server::stop(Milliseconds patience) {
  auto& state = *state_;
  if (state.threads.empty()) return;
  const auto protocols = state.front.protocols();
  state.front.close();
  for (auto* sessions : protocols) sessions->begin_stop();
  for (const auto& worker : state.workers) {
    asio::post(worker->context, [&worker = *worker] { worker.begin_stop(); });
  }
  state.wait_for_connections(patience);
  for (const auto& worker : state.workers) {
    asio::post(worker->context, [&worker = *worker] { worker.close_all(); });
  }
  state.wait_for_connections(kCloseTime);
  state.front.stop();
  for (const auto& context : state.contexts) context->stop();
  state.keeper.stop();
  state.long_work.stop();
  state.computing.stop();
  for (auto& thread : state.threads) thread.join();
  state.threads.clear();
  for (auto* sessions : protocols) sessions->end();
}

}  // namespace squire::net
