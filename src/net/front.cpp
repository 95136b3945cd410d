#include "net/front.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <sstream>
#include <utility>

namespace squire::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

// A record of that type is how a client of TLS begins (RFC 8446, 5.1).
constexpr char kTlsHandshake = 0x16;
constexpr std::size_t kPeekBytes = 2048;
constexpr Seconds kAnswerTime{5};
constexpr std::size_t kUntoldMax = 1000;  // answers that are still to be told of

auto into(ErrorCode& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

// What the connection has sent so far, which stays there to be read. Nothing: it ended.
std::optional<std::string_view> peek(tcp::socket& socket, std::array<char, kPeekBytes>& bytes) {
  ErrorCode error;
  const auto count = socket.receive(asio::buffer(bytes), tcp::socket::message_peek, error);
  if (error == asio::error::would_block) return std::string_view();
  if (error) return std::nullopt;
  return std::string_view(bytes.data(), count);
}

}  // namespace

Front::Guest::Guest(Front& front, tcp::socket accepted)
    : front(front),
      socket(std::move(accepted)),
      deadline(front.shared_.wire_clock.now() + front.shared_.settings.idle_timeout) {
  ++front.shared_.open_count;
  place = front.guests_.insert(front.guests_.end(), this);
}

Front::Guest::~Guest() {
  front.guests_.erase(place);
  if (!is_dealt_out) --front.shared_.open_count;
}

Front::Front(Shared& shared, asio::io_context& background)
    : shared_(shared), background_(background) {}

std::uint16_t Front::listen(const tcp::endpoint& endpoint, const PortRole& role) {
  ErrorCode error;
  tcp::acceptor acceptor(context_);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    std::ostringstream address;
    address << endpoint;
    throw ListenError("cannot listen on " + address.str() + ": " + error.message() +
                      (error == asio::error::address_in_use
                           ? "; is another broker running? Choose another --port"
                           : ""));
  }
  listeners_.push_back({std::move(acceptor), role});
  return listeners_.back().acceptor.local_endpoint().port();
}

std::vector<SessionFactory*> Front::protocols() const {
  std::vector<SessionFactory*> all;
  for (const auto& listener : listeners_) {
    auto* const sessions = listener.role.sessions;
    if (std::find(all.begin(), all.end(), sessions) == all.end()) all.push_back(sessions);
  }
  return all;
}

void Front::start(std::vector<Worker*> workers) {
  workers_ = std::move(workers);
  for (auto& listener : listeners_) asio::co_spawn(context_, accept(listener), asio::detached);
  asio::co_spawn(context_, watch(), asio::detached);
  thread_ = std::thread([this] { run(); });
}

void Front::run() {
  Heart heart("front");
  heart.rest("accepting connections");  // who asks how it is will see
  const auto guard = asio::make_work_guard(context_);
  context_.run();
}

void Front::close() {
  asio::post(context_, [this] {
    is_closed_ = true;
    ErrorCode ignored;
    for (auto& listener : listeners_) listener.acceptor.close(ignored);
    for (Guest* guest : guests_) guest->socket.close(ignored);
  });
}

void Front::stop() {
  if (!thread_.joinable()) return;
  context_.stop();
  thread_.join();
}

asio::awaitable<void> Front::watch() {
  asio::steady_timer timer(context_);
  for (;;) {
    timer.expires_after(Seconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    const TimePoint now = shared_.wire_clock.now();
    ErrorCode ignored;
    for (Guest* guest : guests_) {
      if (guest->deadline < now) guest->socket.close(ignored);
    }
  }
}

asio::awaitable<void> Front::accept(Listener& listener) {
  ErrorCode error;
  for (;;) {
    tcp::socket socket = co_await listener.acceptor.async_accept(context_, into(error));
    if (!listener.acceptor.is_open()) co_return;
    if (error) {
      // Out of file descriptors, most likely: others will close theirs.
      asio::steady_timer pause(context_, Milliseconds(50));
      co_await pause.async_wait(into(error));
      continue;
    }
    if (shared_.open_count >= shared_.settings.connections_max) {
      socket.write_some(asio::buffer(listener.role.sessions->too_many_connections()), error);
      continue;
    }
    asio::co_spawn(context_,
                   receive(std::make_unique<Guest>(*this, std::move(socket)), listener.role),
                   asio::detached);
  }
}

asio::awaitable<void> Front::receive(std::unique_ptr<Guest> guest, const PortRole& role) {
  ErrorCode error;
  guest->socket.non_blocking(true, error);
  std::array<char, kPeekBytes> bytes{};
  while (!error && !is_closed_) {
    co_await guest->socket.async_wait(tcp::socket::wait_read, into(error));
    if (error) co_return;
    const auto sent = peek(guest->socket, bytes);
    if (!sent) co_return;
    if (sent->empty()) continue;
    const auto begin = shared_.wire_clock.uptime();
    auto said =
        role.tls == PortRole::Tls::Only ? std::nullopt : role.sessions->answer_at_front(*sent);
    if (!said) co_return deal_out(*guest, role, sent->front() == kTlsHandshake);
    guest->socket.receive(asio::buffer(bytes.data(), said->bytes), 0, error);
    if (error || !co_await answer(*guest, *said, begin)) co_return;
  }
}

asio::awaitable<bool> Front::answer(Guest& guest, FrontAnswer& answer,
                                    std::chrono::microseconds begin) {
  guest.deadline = shared_.wire_clock.now() + kAnswerTime;
  ErrorCode error;
  co_await asio::async_write(guest.socket, asio::buffer(answer.text), into(error));
  tell(guest, answer, shared_.wire_clock.uptime() - begin);
  guest.deadline = shared_.wire_clock.now() + shared_.settings.idle_timeout;
  co_return !error && answer.goes_on;
}

void Front::tell(Guest& guest, FrontAnswer& answer, std::chrono::microseconds duration) {
  if (!answer.on_written || untold_count_ >= kUntoldMax) return;
  ++untold_count_;
  ErrorCode ignored;
  asio::post(background_, [this, on_written = std::move(answer.on_written), duration,
                           address = guest.socket.remote_endpoint(ignored).address().to_string()] {
    on_written(address, duration);
    --untold_count_;
  });
}

Worker& Front::next_worker() {
  const auto gets_on = [](const Worker& worker) {
    const Heart* heart = worker.shown_heart;
    return heart == nullptr || heart->silent_for() < kStuckAfter / 2;
  };
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    Worker& worker = *workers_[turn_++ % workers_.size()];
    if (gets_on(worker)) return worker;
  }
  return *workers_[turn_++ % workers_.size()];
}

void Front::deal_out(Guest& guest, const PortRole& role, bool begins_with_tls) {
  ErrorCode error;
  const auto protocol = guest.socket.local_endpoint(error).protocol();
  const auto handle = guest.socket.release(error);
  if (error) return;
  Worker& worker = next_worker();
  tcp::socket socket(worker.context, protocol, handle);
  guest.is_dealt_out = true;
  // The role is a listener's, which outlives the workers' threads.
  asio::post(worker.context,
             [&worker, &role, begins_with_tls, socket = std::move(socket)]() mutable {
               worker.take(std::move(socket), role, begins_with_tls);
             });
}

}  // namespace squire::net
