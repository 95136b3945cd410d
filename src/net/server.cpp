#include "squire/net/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "net/connection.hpp"
#include "net/front.hpp"
#include "net/tls_context.hpp"
#include "net/worker.hpp"
#include "squire/core/heartbeat.hpp"
#include "squire/core/internal_errors.hpp"
#include "squire/core/text.hpp"
#include "squire/net/long_work.hpp"
#include "squire/net/system_clock.hpp"

namespace squire::net {
namespace {

namespace asio = boost::asio;

constexpr Milliseconds kCloseTime{300};

// "127.0.0.1:4567", "[::1]:4567"
std::pair<std::string, std::uint16_t> parse_address(const std::string& text) {
  const auto colon = std::min(text.rfind(':'), text.size());
  auto address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  const auto port = parse_integer(text.substr(std::min(colon + 1, text.size())));
  if (!port || *port < 0 || *port > 65'535) {
    throw ListenError("admin_address \"" + text + "\" is no address such as 127.0.0.1:4567");
  }
  return {address, static_cast<std::uint16_t>(*port)};
}

}  // namespace

class Server::State {
 public:
  explicit State(ServerSettings given)
      : settings(std::move(given)),
        clock(keeper),
        wire_clock(keeper),
        shared(settings, clock, wire_clock, long_work),
        contexts(make_contexts(settings.threads_count)),
        front(shared, keeper) {
    for (const auto& context : contexts) {
      workers.push_back(std::make_unique<Worker>(*context, shared));
    }
  }

  // A worker's thread.
  void work(Worker& worker, std::size_t number);
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
  LongWork long_work;
  Heart* keepers_heart = nullptr;
  std::function<bool()> every_second;
  HealthAnswer answer_health;
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

void Server::State::work(Worker& worker, std::size_t number) {
  Heart heart("worker " + std::to_string(number));
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

void Server::on_health(HealthAnswer answer) {
  state_->answer_health = std::move(answer);
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

std::uint16_t Server::listen() {
  const auto& settings = state_->settings;
  auto& front = state_->front;
  const PortRole role{settings.tls_port == 0 ? PortRole::Speaks::Both : PortRole::Speaks::Http};
  const auto port = front.listen(settings.address, settings.port, role);
  for (const auto extra : settings.extra_ports) front.listen(settings.address, extra, role);
  if (settings.tls_port != 0) {
    front.listen(settings.address, settings.tls_port, {PortRole::Speaks::Https});
  }
  if (!settings.admin_address.empty()) {
    const auto [address, admin_port] = parse_address(settings.admin_address);
    front.listen(address, admin_port, {PortRole::Speaks::Both, true});
  }
  return port;
}

void Server::start(service::Dispatcher& dispatcher, engine::Journal& journal,
                   std::vector<service::Observer*> observers) {
  auto& state = *state_;
  std::vector<Worker*> workers;
  for (const auto& worker : state.workers) {
    worker->dispatcher = &dispatcher;
    worker->observers = observers;
    worker->commit_line = std::make_shared<CommitLine>(worker->context, journal);
    journal.on_commit(worker->commit_line);
    asio::co_spawn(worker->context, state.tick(*worker), asio::detached);
    workers.push_back(worker.get());
  }
  asio::co_spawn(state.keeper, state.keep_ticking(), asio::detached);
  for (std::size_t i = 0; i < workers.size(); ++i) {
    state.threads.emplace_back([&state, &worker = *workers[i], i] { state.work(worker, i); });
  }
  state.threads.emplace_back([&state] { state.keep(); });
  state.front.start(std::move(workers), state.answer_health);
}

void Server::stop(Milliseconds patience) {
  auto& state = *state_;
  if (state.threads.empty()) return;
  state.front.close();
  for (const auto& worker : state.workers) {
    worker->dispatcher->stop_waiting();
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
  for (auto& thread : state.threads) thread.join();
  state.threads.clear();
  for (const auto& worker : state.workers) worker->commit_line->clear();
}

}  // namespace squire::net
