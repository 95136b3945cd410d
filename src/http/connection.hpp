#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "http/request_parser.hpp"
#include "http/worker_part.hpp"
#include "squire/net/byte_budget.hpp"
#include "squire/net/session.hpp"
#include "squire/net/wakeup.hpp"
#include "squire/net/worker.hpp"

namespace squire::http {

// One client's connection: a coroutine that reads a request, has it answered, writes the reply, and
// begins anew.
class Connection final : public net::Session, public std::enable_shared_from_this<Connection> {
 public:
  Connection(net::Worker& worker, net::Stream stream, WorkerPart& part, bool is_by_admin_address);

  void close() override;
  // A request that waits looks again.
  void wake_waiting() override;
  // A connection between requests closes, a polling one answers.
  void begin_stop() override;

 private:
  using ErrorCode = boost::system::error_code;
  using Step = service::Exchange::Step;

  boost::asio::awaitable<void> run() override;
  boost::asio::awaitable<void> run_without_tls() override;
  // One request; false: the connection ends.
  boost::asio::awaitable<bool> exchange();
  boost::asio::awaitable<ErrorCode> read_request(RequestParser& parser);
  // How many bytes the request may come to hold, as far as is known; 0: few.
  std::size_t wanted_room(const RequestParser& parser) const;
  // Waits until there is room for so many. False: the connection ends.
  boost::asio::awaitable<bool> wait_for_room(const RequestParser& parser, std::size_t bytes);
  // Until the share got what it wanted; false: the connection ends.
  boost::asio::awaitable<bool> stand_in_line(const net::ByteBudget::Share& share);
  // Behind the input, for more; then keep_read() says how much there was.
  boost::asio::mutable_buffer make_room();
  void keep_read(boost::asio::mutable_buffer room, std::size_t count);
  boost::asio::awaitable<bool> refuse(const ErrorCode& error);
  boost::asio::awaitable<void> drain();
  Step take_step(service::Exchange& exchange);
  // Goes on from a step that was not the last. False: the client went away.
  boost::asio::awaitable<bool> answer(service::Exchange& exchange, Step step);
  boost::asio::awaitable<void> compute(service::Exchange& exchange);
  // Nothing is begun that would be answered at length while replies wait for their readers.
  boost::asio::awaitable<bool> wait_for_readers(const service::Exchange& exchange);
  boost::asio::awaitable<bool> wait_for_message(service::Exchange& exchange);
  void watch_for_hangup();
  void tell_observers(const service::HttpRequest& request, service::Exchange& exchange,
                      std::chrono::microseconds begin);
  bool has_body() const { return request_.method != "HEAD"; }
  // A reply nearly always fits into the socket's buffer. False: write_rest() is to go on, or to
  // find out that the connection is broken.
  bool write_now(service::HttpReply& reply, bool keep_alive);
  boost::asio::awaitable<bool> write_rest(service::HttpReply& reply);
  boost::asio::awaitable<bool> write_file(service::TemporaryFile& file);
  const std::shared_ptr<net::Wakeup>& wakeup();
  void drop_request();

  WorkerPart& part_;
  const std::shared_ptr<net::ByteBudget> strangers_budget_;  // outlives a share, come what may
  std::string address_;                                      // IP of the other side
  engine::ClientPtr client_;
  std::string known_host_;
  RequestData request_;
  std::string input_;  // bytes read; those before input_begin_ are parsed
  std::size_t input_begin_ = 0;
  std::string output_;
  std::string_view unwritten_;                           // of output_
  std::size_t room_ = 0;                                 // that the request has
  std::optional<net::ByteBudget::Share> request_share_;  // nothing: it is small
  std::optional<net::ByteBudget::Share> reply_share_;    // likewise
  std::shared_ptr<net::Wakeup> wakeup_;                  // made when it is first needed
  std::chrono::microseconds waited_{0};                  // for messages, in this exchange
  bool is_polling_ = false;
  bool is_in_line_ = false;  // for room
  bool is_watching_ = false;
  bool has_hung_up_ = false;
  bool is_reading_ = true;
};

}  // namespace squire::http
