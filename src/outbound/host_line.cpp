#include "outbound/host_line.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "squire/core/internal_errors.hpp"

namespace squire::outbound {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr std::size_t kHeaderBytesMax = 16 * 1024;
constexpr std::size_t kBodyBytesMax = 64 * 1024;
constexpr std::size_t kKeptBodyBytes = 1024;

IpAddress to_ip_address(const asio::ip::address& address) {
  if (address.is_v6()) return address.to_v6().to_bytes();
  return asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes();
}

auto to_error(ErrorCode& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

}  // namespace

// One connection: takes requests from its host's line, one after the other, connecting when it
// must. Kept alive by its coroutine, which ends when it was idle for too long.
class HostConnection : public std::enable_shared_from_this<HostConnection> {
 public:
  explicit HostConnection(HostLine& line)
      : line_(line), socket_(line.context_), deadline_(line.context_), idle_timer_(line.context_) {}

  static void start(std::shared_ptr<HostConnection> connection) {
    auto& context = connection->line_.context_;
    asio::co_spawn(
        context,
        [connection]() -> asio::awaitable<void> {
          // Not inside of whoever added the first request.
          co_await asio::post(connection->line_.context_, asio::use_awaitable);
          co_await connection->run();
        },
        asio::detached);
  }

  void wake() { idle_timer_.cancel(); }

 private:
  using Stream = asio::ssl::stream<tcp::socket&>;
  using Parser = http::response_parser<http::string_body>;

  asio::awaitable<void> run();
  asio::awaitable<bool> wait_for_job();
  asio::awaitable<Answer> carry(const Job& job);
  asio::awaitable<ErrorCode> connect();
  // True: the answer is in `parser`, or its status at least.
  asio::awaitable<bool> exchange(const Job& job, Parser& parser, ErrorCode& error);
  void begin_deadline(Milliseconds timeout);
  void close();
  std::string describe(const ErrorCode& error);

  HostLine& line_;
  tcp::socket socket_;
  std::optional<Stream> tls_;
  boost::beast::flat_buffer buffer_;
  asio::steady_timer deadline_;
  asio::steady_timer idle_timer_;
  std::list<HostConnection*>::iterator place_;
  bool is_open_ = false;
  bool is_timed_out_ = false;
  bool was_used_ = false;
  bool is_forbidden_ = false;
};

asio::awaitable<void> HostConnection::run() {
  while (co_await wait_for_job()) {
    const Job job = std::move(line_.jobs_.front());
    line_.jobs_.pop_front();
    if (job.on_turn) guarded(Border::Delivery, line_.url_.authority(), job.on_turn);
    begin_deadline(job.timeout);
    auto result = co_await carry(job);
    deadline_.cancel();
    guarded(Border::Delivery, line_.url_.authority(), [&] { job.done(std::move(result)); });
  }
  close();
  --line_.connection_count_;
  if (line_.is_idle()) line_.on_idle_();
}

asio::awaitable<bool> HostConnection::wait_for_job() {
  while (line_.jobs_.empty()) {
    line_.idle_.push_front(this);
    place_ = line_.idle_.begin();
    idle_timer_.expires_after(line_.settings_.idle_timeout);
    ErrorCode error;
    co_await idle_timer_.async_wait(to_error(error));
    line_.idle_.erase(place_);
    // Woken for a job that another connection was quicker to take, it goes on waiting.
    if (!error && line_.jobs_.empty()) co_return false;
  }
  co_return true;
}

void HostConnection::begin_deadline(Milliseconds timeout) {
  is_timed_out_ = false;
  deadline_.expires_after(timeout);
  deadline_.async_wait([self = weak_from_this()](const ErrorCode& error) {
    const auto alive = self.lock();
    if (error || !alive) return;
    alive->is_timed_out_ = true;
    alive->close();
  });
}

void HostConnection::close() {
  ErrorCode ignored;
  socket_.close(ignored);
  is_open_ = false;
  was_used_ = false;
}

asio::awaitable<Answer> HostConnection::carry(const Job& job) {
  ErrorCode error;
  for (;;) {
    const bool is_reused = is_open_ && was_used_;
    if (!is_open_) {
      error = co_await connect();
      if (error) break;
    }
    Parser parser;
    parser.header_limit(kHeaderBytesMax);
    parser.body_limit(kBodyBytesMax);
    if (co_await exchange(job, parser, error)) {
      const auto& answer = parser.get();
      const bool keeps = parser.is_done() && answer.keep_alive();
      was_used_ = true;
      Answer result{answer.result_int(), {}, answer.body().substr(0, kKeptBodyBytes)};
      if (!keeps) close();
      co_return result;
    }
    close();
    // The server closed it between two requests: the next one is not to blame.
    if (!is_reused || is_timed_out_) break;
  }
  close();
  co_return Answer{is_forbidden_ ? 403u : 0u, describe(error), {}};
}

asio::awaitable<ErrorCode> HostConnection::connect() {
  ErrorCode error;
  buffer_.clear();
  std::vector<tcp::endpoint> endpoints;
  const auto address = asio::ip::make_address(line_.url_.host, error);
  if (!error) {
    endpoints.emplace_back(address, line_.url_.port);
  } else {
    tcp::resolver resolver(line_.context_);
    const auto found = co_await resolver.async_resolve(
        line_.url_.host, std::to_string(line_.url_.port), to_error(error));
    if (error) co_return error;
    for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  }
  if (is_timed_out_) co_return asio::error::timed_out;
  error = asio::error::host_not_found;
  if (line_.is_confined_ && !endpoints.empty()) {
    // By the address that is connected to, not by the name: what that stands for may change.
    std::erase_if(endpoints, [this](const tcp::endpoint& endpoint) {
      return !line_.settings_.networks.permits(to_ip_address(endpoint.address()));
    });
    is_forbidden_ = endpoints.empty();
    if (is_forbidden_) co_return asio::error::access_denied;
  }
  for (const auto& endpoint : endpoints) {
    socket_ = tcp::socket(line_.context_);
    co_await socket_.async_connect(endpoint, to_error(error));
    if (!error || is_timed_out_) break;
  }
  if (error) co_return error;
  ErrorCode ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  if (line_.url_.is_tls) {
    tls_.emplace(socket_, *line_.tls_);
    SSL_set_tlsext_host_name(tls_->native_handle(), line_.url_.host.c_str());
    if (line_.settings_.verify_tls) {
      tls_->set_verify_callback(asio::ssl::host_name_verification(line_.url_.host), ignored);
    }
    co_await tls_->async_handshake(Stream::client, to_error(error));
    if (error) co_return error;
  }
  is_open_ = true;
  was_used_ = false;
  co_return error;
}

asio::awaitable<bool> HostConnection::exchange(const Job& job, Parser& parser, ErrorCode& error) {
  const auto run = [&](auto& stream) -> asio::awaitable<void> {
    ErrorCode write_error;
    co_await asio::async_write(stream, asio::buffer(job.bytes), to_error(write_error));
    // A server may answer, and close, before it has read everything.
    co_await http::async_read(stream, buffer_, parser, to_error(error));
    // 100 Continue and the like come before the answer; none were asked for.
    if (error && write_error && !parser.is_header_done()) error = write_error;
  };
  if (tls_ && line_.url_.is_tls) {
    co_await run(*tls_);
  } else {
    co_await run(socket_);
  }
  co_return !is_timed_out_ &&
      (!error || (parser.is_header_done() && error == http::error::body_limit));
}

std::string HostConnection::describe(const ErrorCode& error) {
  if (is_timed_out_ || error == asio::error::timed_out) return "timed out";
  if (is_forbidden_) {
    return "not sent: the settings delivery_allowed_networks and delivery_denied_networks forbid "
           "it";
  }
  if (error == asio::error::connection_refused) return "connection refused";
  if (error == asio::error::connection_reset || error == asio::error::broken_pipe ||
      error == asio::error::eof || error == http::error::end_of_stream ||
      error == http::error::partial_message) {
    return "connection reset";
  }
  if (error == asio::error::host_not_found || error == asio::error::host_not_found_try_again ||
      error == asio::error::no_data) {
    return "host not found";
  }
  if (error.category() == asio::error::get_ssl_category()) {
    const long verified = tls_ ? SSL_get_verify_result(tls_->native_handle()) : X509_V_OK;
    if (verified != X509_V_OK) {
      return std::string("certificate verify failed: ") + X509_verify_cert_error_string(verified);
    }
    return "TLS: " + error.message();
  }
  if (error.category() == http::make_error_code(http::error::bad_version).category()) {
    return "not an HTTP answer: " + error.message();
  }
  return error.message();
}

HostLine::HostLine(asio::io_context& context, asio::ssl::context* tls,
                   const HttpClientSettings& settings, Url url, bool is_confined,
                   std::function<void()> on_idle)
    : context_(context),
      tls_(tls),
      settings_(settings),
      url_(std::move(url)),
      is_confined_(is_confined),
      on_idle_(std::move(on_idle)) {}

HostLine::~HostLine() = default;

void HostLine::add(Job job) {
  jobs_.push_back(std::move(job));
  if (!idle_.empty() && jobs_.size() <= idle_.size()) {
    (*std::next(idle_.begin(), static_cast<std::ptrdiff_t>(jobs_.size()) - 1))->wake();
  } else if (connection_count_ < settings_.connections_per_host_max) {
    ++connection_count_;
    HostConnection::start(std::make_shared<HostConnection>(*this));
  }
}

}  // namespace squire::outbound
