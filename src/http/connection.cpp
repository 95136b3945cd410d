#include "http/connection.hpp"

#include <atomic>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <memory>
#include <utility>

#include "http/reply_head.hpp"
#include "squire/service/temporary_files.hpp"

namespace squire::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast::http;
using net::ByteBudget;

constexpr std::size_t kReadBytes = 2048;  // a typical request with its SDK headers
constexpr std::size_t kReadBytesMax = 256 * 1024;
constexpr std::size_t kDrainBytesMax = 64 * 1024 * 1024;
constexpr Seconds kDrainTime{2};
constexpr std::string_view kHttpsOnly =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 37\r\nConnection: "
    "close\r\n\r\nThis port speaks HTTPS: use https://\n";

// A connection that once carried a big message does not keep its memory.
void forget(std::string& text) {
  text.clear();
  if (text.capacity() > ByteBudget::kFreeBytes) text.shrink_to_fit();
}

// What a request that could not be read is told. `fault`: in words better than the parser's own, if
// there are any.
Error to_error(const boost::system::error_code& error, std::string_view fault) {
  if (error == beast::error::body_limit || error == beast::error::header_limit ||
      error == beast::error::buffer_overflow) {
    return {errors::kRequestTooLarge, {}};
  }
  return {errors::kMalformedInput, "The request is not valid HTTP: " +
                                       (fault.empty() ? error.message() : std::string(fault)) +
                                       "."};
}

}  // namespace

Connection::Connection(net::Worker& worker, net::Stream stream, WorkerPart& part,
                       bool is_by_admin_address)
    : Session(worker, std::move(stream)),
      part_(part),
      strangers_budget_(part.strangers_budget),
      address_(stream_.peer_address()) {
  request_.keeps_headers = part_.dispatcher.needs_headers();
  request_.is_by_admin_address = is_by_admin_address;
}

void Connection::close() {
  Session::close();
  if (wakeup_) wakeup_->fire();
}

void Connection::wake_waiting() {
  if (is_polling_ || is_in_line_) wakeup_->fire();
}

void Connection::begin_stop() {
  if (is_reading_) return close();  // what was not sent whole was not accepted
  wake_waiting();
}

// These two have a local variable: without one, GCC 12 lays out the frames of coroutines wrongly.
asio::awaitable<void> Connection::run() {
  request_.is_secure = stream_.is_secure();
  bool goes_on = true;
  while (goes_on && !worker_.is_stopping) goes_on = co_await exchange();
  if (stream_.is_secure() && stream_.is_open()) {
    set_deadline(kDrainTime);
    co_await stream_.end_tls();
  }
  close();  // whoever watches for a hang-up holds it still
}

asio::awaitable<void> Connection::run_without_tls() {
  set_deadline(part_.settings.request_timeout);
  const bool is_told = co_await stream_.write(kHttpsOnly);
  if (is_told) co_await drain();
  close();
}

asio::awaitable<bool> Connection::exchange() {
  request_.clear();
  request_share_.reset();
  reply_share_.reset();
  room_ = 0;
  if (input_.size() == input_begin_) {
    forget(input_);
    input_begin_ = 0;
  }
  RequestParser parser(request_, part_.settings.header_bytes_max, part_.settings.body_bytes_max,
                       &part_.dispatcher);
  const auto error = co_await read_request(parser);
  if (error && !request_.is_turned_away) co_return co_await refuse(error);
  if (request_.host.empty()) request_.host = stream_.local_address();
  const auto begin = worker_.wire_clock.uptime();
  waited_ = std::chrono::microseconds(0);
  auto request = request_.view();
  request.address = address_;
  request.client = &client_;
  request.known_host = &known_host_;
  worker_.heart->beat(request.amz_target.empty() ? request.target : request.amz_target);
  service::Exchange exchange(part_.dispatcher, request, wakeup());
  request_.upload.reset();  // the exchange has its file
  is_reading_ = false;
  forget_deadline();  // from here on it is the daemon's time
  if (!worker_.shared.budget.is_ample() && !co_await wait_for_readers(exchange)) co_return false;
  // Most requests need no coroutine but this one.
  const auto step = take_step(exchange);
  if (step != Step::Reply && !co_await answer(exchange, step)) co_return false;
  tell_observers(request, exchange, begin);
  drop_request();
  const bool is_unread = request_.is_turned_away;
  const bool keep_alive = parser.keep_alive() && !worker_.is_stopping && !is_unread;
  if (!write_now(exchange.reply(), keep_alive) && !co_await write_rest(exchange.reply())) {
    co_return false;
  }
  if (is_unread) co_await drain();
  co_return keep_alive;
}

const std::shared_ptr<net::Wakeup>& Connection::wakeup() {
  if (!wakeup_) wakeup_ = std::make_shared<net::Wakeup>(worker_.context);
  return wakeup_;
}

// It is answered, or understood; whoever waits or reads slowly holds no more than the reply.
void Connection::drop_request() {
  forget(request_.body);
  request_share_.reset();
}

asio::awaitable<boost::system::error_code> Connection::read_request(RequestParser& parser) {
  is_reading_ = true;
  bool is_idle = input_.size() == input_begin_;
  set_deadline(is_idle ? part_.settings.idle_timeout : part_.settings.request_timeout);
  for (;;) {
    // Empty lines before a request are no part of it (RFC 9112, 2.2).
    while (!parser.got_some() && input_begin_ < input_.size() &&
           (input_[input_begin_] == '\r' || input_[input_begin_] == '\n')) {
      ++input_begin_;
    }
    if (input_begin_ < input_.size()) {
      ErrorCode error;
      input_begin_ += parser.put(
          asio::buffer(input_.data() + input_begin_, input_.size() - input_begin_), error);
      if (error && error != beast::error::need_more) co_return error;
      if (parser.is_done()) co_return ErrorCode();
      const std::size_t bytes = wanted_room(parser);
      if (bytes > room_ && !co_await wait_for_room(parser, bytes)) co_return asio::error::eof;
      if (parser.is_header_done() && std::exchange(request_.expects_continue, false) &&
          !co_await stream_.write("HTTP/1.1 100 Continue\r\n\r\n")) {
        co_return asio::error::eof;
      }
    }
    // An upload may take long, as long as it goes on.
    if (request_.upload) set_deadline(part_.settings.request_timeout);
    ErrorCode error;
    const auto room = make_room();
    const auto count = co_await stream_.read_some(room, error);
    keep_read(room, count);
    if (error) co_return error;
    if (std::exchange(is_idle, false)) set_deadline(part_.settings.request_timeout);
  }
}

std::size_t Connection::wanted_room(const RequestParser& parser) const {
  const auto& settings = part_.settings;
  const std::size_t unparsed = input_.size() - input_begin_;
  std::size_t bytes = 0;
  if (!parser.is_header_done()) {
    const bool is_large = parser.header_bytes() + unparsed > ByteBudget::kFreeBytes;
    bytes = is_large ? settings.header_bytes_max : 0;
  } else if (request_.upload) {
    bytes = kReadBytesMax;
  } else if (parser.chunked()) {
    const bool is_large = request_.body.size() + unparsed > ByteBudget::kFreeBytes;
    bytes = is_large ? settings.body_bytes_max : 0;
  } else {
    bytes = parser.content_length().value_or(0);
  }
  return bytes > ByteBudget::kFreeBytes ? bytes : 0;
}

asio::awaitable<bool> Connection::wait_for_room(const RequestParser& parser, std::size_t bytes) {
  // Who waits holds nothing, for which somebody else may wait.
  request_share_.reset();
  const bool is_known = !part_.dispatcher.verifies_signatures() ||
                        (parser.is_header_done() && part_.dispatcher.recognizes(request_.view()));
  request_share_.emplace(is_known ? worker_.shared.budget : *strangers_budget_);
  room_ = bytes;
  // Those that want least go first.
  if (!request_share_->take(ByteBudget::Use::Request, bytes, bytes, wakeup())) {
    set_deadline(part_.settings.idle_timeout);  // it is others who take their time
    if (!co_await stand_in_line(*request_share_)) co_return false;
    set_deadline(part_.settings.request_timeout);
  }
  if (parser.is_header_done() && !request_.upload && !parser.chunked())
    request_.body.reserve(bytes);
  co_return true;
}

asio::awaitable<bool> Connection::stand_in_line(const ByteBudget::Share& share) {
  constexpr std::chrono::hours kLong{1};  // the deadline closes the socket, which wakes us
  is_in_line_ = true;
  while (share.is_waiting() && stream_.is_open() && !worker_.is_stopping) {
    co_await wakeup_->wait(kLong);
  }
  is_in_line_ = false;
  co_return stream_.is_open();
}

asio::mutable_buffer Connection::make_room() {
  input_.erase(0, std::exchange(input_begin_, 0));
  const std::size_t filled = input_.size();
  // Twice as much each time, so that a big message takes few reads.
  const std::size_t room = request_.upload ? kReadBytesMax
                                           : std::clamp(std::max(filled, request_.body.size()),
                                                        kReadBytes, kReadBytesMax);
  input_.resize(filled + room);
  return {input_.data() + filled, room};
}

void Connection::keep_read(asio::mutable_buffer room, std::size_t count) {
  input_.resize(input_.size() - room.size() + count);
}

asio::awaitable<bool> Connection::refuse(const ErrorCode& error) {
  // The client closed, or took too long and was closed: nobody to tell.
  if (error.category() != beast::make_error_code(beast::error::need_more).category() ||
      error == beast::error::end_of_stream) {
    co_return false;
  }
  auto id = part_.dispatcher.new_request_id();
  auto reply = request_.upload && error == beast::error::body_limit
                   ? service::refuse(*request_.upload, std::move(id))
                   : part_.dispatcher.refuse(request_.view(), to_error(error, request_.fault),
                                             std::move(id));
  drop_request();
  if (write_now(reply, false) || co_await write_rest(reply)) co_await drain();
  co_return false;
}

// Closing with input unread would reset the connection, and the client might never see the reply.
asio::awaitable<void> Connection::drain() {
  ErrorCode error = stream_.end_writing();
  set_deadline(kDrainTime);
  for (std::size_t left = kDrainBytesMax; !error && left > 0;) {
    input_.clear();
    input_begin_ = 0;
    const auto room = make_room();
    const auto count = co_await stream_.read_some(room, error);
    keep_read(room, count);
    left -= std::min(left, input_.size());
  }
}

Connection::Step Connection::take_step(service::Exchange& exchange) {
  const std::string_view action = exchange.action();
  worker_.heart->beat(action.empty() ? std::string_view(request_.target) : action,
                      exchange.reply().request_id);
  return exchange.run();
}

asio::awaitable<bool> Connection::answer(service::Exchange& exchange, Step step) {
  for (;; step = take_step(exchange)) {
    switch (step) {
      case Step::Reply:
        co_return true;
      case Step::WaitForCommit:
        co_await part_.commit_line->wait(exchange.ticket());
        break;
      case Step::Move:
        co_await asio::co_spawn(
            worker_.shared.long_work.context(),
            [&]() -> asio::awaitable<void> { co_return exchange.run_elsewhere(); },
            asio::use_awaitable);
        break;
      case Step::Compute:
        co_await compute(exchange);
        break;
      case Step::Drop:
        co_return false;
      case Step::WaitForMessage:
        // A body that is counted against the budget of all is not kept for long.
        if (!exchange.needs_body()) {
          drop_request();
        } else if (room_ > 0 && !request_.body.empty()) {
          exchange.end_patience();
          break;
        }
        if (!co_await wait_for_message(exchange)) co_return false;
    }
  }
}

// In as many parts as there are helpers.
asio::awaitable<void> Connection::compute(service::Exchange& exchange) {
  const auto begin = [&](auto on_end) {
    const auto end = std::make_shared<decltype(on_end)>(std::move(on_end));
    const auto left = std::make_shared<std::atomic<std::size_t>>(Helpers::kThreads);
    for (std::size_t part = 0; part < Helpers::kThreads; ++part) {
      worker_.shared.computing.post([&exchange, &context = worker_.context, end, left, part] {
        exchange.compute(part, Helpers::kThreads);
        if (--*left == 0) asio::post(context, [end] { std::move (*end)(); });
      });
    }
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(begin, asio::use_awaitable);
}

asio::awaitable<bool> Connection::wait_for_readers(const service::Exchange& exchange) {
  using Use = ByteBudget::Use;
  reply_share_.emplace(worker_.shared.budget);
  const auto use = exchange.may_be_large() ? Use::LargeReply : Use::Reply;
  // Those go first who have read what they were told before.
  if (reply_share_->take(use, 0, stream_.unread_bytes(), wakeup_)) co_return true;
  co_return co_await stand_in_line(*reply_share_);
}

asio::awaitable<bool> Connection::wait_for_message(service::Exchange& exchange) {
  // Ten thousand polls are idle together: none keeps a read buffer.
  if (input_begin_ == input_.size()) std::string().swap(input_);
  input_begin_ = std::min(input_begin_, input_.size());
  is_polling_ = true;
  watch_for_hangup();
  const auto begin = worker_.wire_clock.uptime();
  co_await wakeup_->wait(std::max(exchange.deadline() - worker_.clock.now(), Milliseconds(0)));
  is_polling_ = false;
  waited_ += worker_.wire_clock.uptime() - begin;
  co_return !has_hung_up_ && stream_.is_open();
}

void Connection::tell_observers(const service::HttpRequest& request, service::Exchange& exchange,
                                std::chrono::microseconds begin) {
  const auto duration = worker_.wire_clock.uptime() - begin - waited_;
  for (auto* observer : part_.observers) observer->answered(exchange.answered(request, duration));
}

// While a poll waits nobody reads; a client that goes away must not get a message all the same.
void Connection::watch_for_hangup() {
  if (is_watching_) return;
  is_watching_ = true;
  stream_.when_readable([self = shared_from_this()](const ErrorCode& error) {
    self->is_watching_ = false;
    if (error || !self->is_polling_) return;
    // Data is the next request, already sent: it waits its turn, and we go on watching.
    const std::size_t filled = self->input_.size();
    self->input_.resize(filled + kReadBytes);
    ErrorCode read_error;
    const auto buffer = asio::buffer(self->input_.data() + filled, kReadBytes);
    const auto count = self->stream_.read_now(buffer, read_error);
    self->input_.resize(filled + count);
    if (!read_error || read_error == asio::error::would_block) {
      if (self->input_.size() < ByteBudget::kFreeBytes) self->watch_for_hangup();
      return;
    }
    self->has_hung_up_ = true;
    self->wakeup_->fire();
  });
}

bool Connection::write_now(service::HttpReply& reply, bool keep_alive) {
  set_deadline(part_.settings.request_timeout);
  output_.clear();
  append_head(output_, reply, {part_.date(), keep_alive, request_.is_http_1_0});
  if (reply.body.size() > ByteBudget::kFreeBytes) {
    if (!reply_share_) reply_share_.emplace(worker_.shared.budget);
    reply_share_->add(ByteBudget::Use::LargeReply, reply.body.capacity());
  } else if (has_body()) {
    output_ += std::exchange(reply.body, {});
  }
  unwritten_ = stream_.write_now(output_);
  if (unwritten_.empty()) forget(output_);
  return unwritten_.empty() && (!has_body() || (reply.body.empty() && !reply.file));
}

asio::awaitable<bool> Connection::write_rest(service::HttpReply& reply) {
  bool is_written = unwritten_.empty() || co_await stream_.write(unwritten_);
  if (is_written && has_body() && !reply.body.empty()) {
    is_written = co_await stream_.write(reply.body);
  }
  if (is_written && has_body() && reply.file) is_written = co_await write_file(*reply.file);
  forget(output_);
  co_return is_written;
}

asio::awaitable<bool> Connection::write_file(service::TemporaryFile& file) {
  for (std::uint64_t left = file.size(); left > 0;) {
    set_deadline(part_.settings.request_timeout);
    const auto bytes = file.read(std::min<std::uint64_t>(left, kReadBytesMax));
    if (bytes.empty() || !co_await stream_.write(bytes)) co_return false;
    left -= bytes.size();
  }
  co_return true;
}

}  // namespace squire::http
