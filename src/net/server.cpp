#include "squire/net/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "net/connection.hpp"
#include "net/system_clock.hpp"
#include "net/tls_context.hpp"
#include "net/worker.hpp"
#include "squire/core/internal_errors.hpp"
#include "squire/core/text.hpp"

namespace squire::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

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
        contexts(make_contexts(settings.threads_count)),
        clock(*contexts.front()),
        wire_clock(*contexts.front()) {
    for (const auto& context : contexts) {
      workers.push_back(
          std::make_unique<Worker>(*context, settings, clock, wire_clock, open_count));
    }
  }

  // A port that is listened on.
  struct Listener {
    tcp::acceptor acceptor;
    Door door;
  };

  tcp::acceptor bind(const std::string& address, std::uint16_t port);
  // Deals connections out to the workers in turn.
  asio::awaitable<void> accept(Listener& listener);
  // Once a second, on the worker's thread.
  asio::awaitable<void> tick(Worker& worker);
  // Until all connections have ended, but not for longer than `patience`.
  void wait_for_connections(Milliseconds patience) const {
    const TimePoint deadline = clock.now() + patience;
    while (open_count > 0 && clock.now() < deadline) {
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
  bool is_first(const Worker& worker) const { return &worker == workers.front().get(); }

  const ServerSettings settings;
  std::atomic<std::size_t> open_count = 0;
  const std::vector<std::unique_ptr<asio::io_context>> contexts;
  SystemClock clock;
  const SystemClock wire_clock;  // stands still while the machine sleeps, as clients do
  const WallClock wall_clock;
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<Listener> listeners;
  std::size_t turn = 0;  // the worker that gets the next connection; on the first context's thread
  std::function<void()> every_second;
  std::vector<std::thread> threads;

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

tcp::acceptor Server::State::bind(const std::string& address, std::uint16_t port) {
  boost::system::error_code error;
  const auto ip = asio::ip::make_address(address, error);
  if (error) throw ListenError("address \"" + address + "\" is no IP address");
  const tcp::endpoint endpoint(ip, port);
  tcp::acceptor acceptor(*contexts.front());
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    throw ListenError(
        "cannot listen on " + address + ":" + std::to_string(port) + ": " + error.message() +
        (error == asio::error::address_in_use ? "; is another broker running? Choose another --port"
                                              : ""));
  }
  return acceptor;
}

asio::awaitable<void> Server::State::accept(Listener& listener) {
  boost::system::error_code error;
  for (;;) {
    Worker& worker = *workers[turn++ % workers.size()];
    tcp::socket socket = co_await listener.acceptor.async_accept(
        worker.context, asio::redirect_error(asio::use_awaitable, error));
    if (!listener.acceptor.is_open()) co_return;
    if (error) {
      // Out of file descriptors, most likely: others will close theirs.
      asio::steady_timer pause(*contexts.front(), Milliseconds(50));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    if (open_count >= settings.connections_max) {
      socket.write_some(asio::buffer(kTooManyConnections), error);
      continue;
    }
    ++open_count;
    asio::post(worker.context,
               [&worker, door = listener.door, socket = std::move(socket)]() mutable {
                 Connection::start(std::make_shared<Connection>(worker, std::move(socket), door));
               });
  }
}

asio::awaitable<void> Server::State::tick(Worker& worker) {
  asio::steady_timer timer(worker.context);
  for (;;) {
    timer.expires_after(Seconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    if (worker.is_stopping) co_return;
    worker.watch();
    if (!is_first(worker)) continue;
    if (clock.follow()) wake_waiting();
    if (every_second) guarded(Border::Tick, "every second", every_second);
  }
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
  asio::post(*contexts.front(), [this] {
    if (every_second) guarded(Border::Tick, "clock moved", every_second);
  });
  wake_waiting();
}

void Server::every_second(std::function<void()> f) {
  state_->every_second = std::move(f);
}

std::size_t Server::connection_count() const {
  return state_->open_count;
}

void Server::use_certificate(const Certificate& certificate) {
  const auto context = make_server_context(certificate);
  for (const auto& worker : state_->workers) {
    asio::post(worker->context, [&worker = *worker, context] { worker.tls = context; });
  }
}

std::uint16_t Server::listen() {
  const auto& settings = state_->settings;
  const auto add = [&](const std::string& address, std::uint16_t port, Door door) {
    state_->listeners.push_back({state_->bind(address, port), door});
  };
  const Door door{settings.tls_port == 0 ? Door::Speaks::Both : Door::Speaks::Http};
  add(settings.address, settings.port, door);
  for (const auto port : settings.extra_ports) add(settings.address, port, door);
  if (settings.tls_port != 0) add(settings.address, settings.tls_port, {Door::Speaks::Https});
  if (!settings.admin_address.empty()) {
    const auto [address, port] = parse_address(settings.admin_address);
    add(address, port, {Door::Speaks::Both, true});
  }
  return state_->listeners.front().acceptor.local_endpoint().port();
}

void Server::start(service::Dispatcher& dispatcher, engine::Journal& journal,
                   std::vector<service::Observer*> observers) {
  for (const auto& worker : state_->workers) {
    worker->dispatcher = &dispatcher;
    worker->observers = observers;
    worker->commit_line = std::make_shared<CommitLine>(worker->context, journal);
    journal.on_commit(worker->commit_line);
    asio::co_spawn(worker->context, state_->tick(*worker), asio::detached);
  }
  for (auto& listener : state_->listeners) {
    asio::co_spawn(*state_->contexts.front(), state_->accept(listener), asio::detached);
  }
  for (const auto& worker : state_->workers) {
    state_->threads.emplace_back([&context = worker->context] {
      const auto guard = asio::make_work_guard(context);
      context.run();
    });
  }
}

void Server::stop(Milliseconds patience) {
  if (state_->threads.empty()) return;
  asio::post(*state_->contexts.front(), [this] {
    for (auto& listener : state_->listeners) listener.acceptor.close();
  });
  for (const auto& worker : state_->workers) {
    worker->dispatcher->stop_waiting();
    asio::post(worker->context, [&worker = *worker] { worker.begin_stop(); });
  }
  state_->wait_for_connections(patience);
  for (const auto& worker : state_->workers) {
    asio::post(worker->context, [&worker = *worker] { worker.close_all(); });
  }
  state_->wait_for_connections(kCloseTime);
  for (const auto& context : state_->contexts) context->stop();
  for (auto& thread : state_->threads) thread.join();
  state_->threads.clear();
  for (const auto& worker : state_->workers) worker->commit_line->clear();
}

}  // namespace squire::net
