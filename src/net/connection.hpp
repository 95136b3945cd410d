#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "net/request_parser.hpp"
#include "net/worker.hpp"
#include "squire/net/byte_budget.hpp"
#include "squire/net/wakeup.hpp"

namespace squire::net {

// What connections to a port may be used for.
struct PortRole {
  enum class Speaks { Http, Https, Both };

  Speaks speaks = Speaks::Http;
  bool is_admin = false;
};

// One client's connection: a coroutine that reads a request, has it answered, writes the reply, and
// begins anew. Lives on its worker's thread; kept alive by its coroutine.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Worker& worker, boost::asio::ip::tcp::socket socket, PortRole role);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs until the connection ends.
  static void start(std::shared_ptr<Connection> connection);

  TimePoint deadline() const { return deadline_; }
  void close();
  // A request that waits looks again.
  void wake_waiting();
  // The server stops: a connection between requests closes, a polling one answers.
  void begin_stop();

 private:
  using ErrorCode = boost::system::error_code;

  // TLS over the connection's socket, by the certificate there was when it began.
  struct Tls {
    using Stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

    Tls(boost::asio::ip::tcp::socket& socket, std::shared_ptr<boost::asio::ssl::context> context)
        : context(std::move(context)), stream(socket, *this->context) {}

    const std::shared_ptr<boost::asio::ssl::context> context;
    Stream stream;
  };

  boost::asio::awaitable<void> run();
  // Begins TLS if the client does. False: the connection ends.
  boost::asio::awaitable<bool> open();
  boost::asio::awaitable<void> end_tls();
  // One request; false: the connection ends.
  boost::asio::awaitable<bool> exchange();
  boost::asio::awaitable<ErrorCode> read_request(RequestParser& parser);
  // How many bytes the request may come to hold, as far as is known; 0: few.
  std::size_t wanted_room(const RequestParser& parser) const;
  // Waits until there is room for that. False: the connection ends.
  boost::asio::awaitable<bool> wait_for_room(const RequestParser& parser);
  // Until the share got what it wanted; false: the connection ends.
  boost::asio::awaitable<bool> stand_in_line(const ByteBudget::Share& share);
  boost::asio::awaitable<ErrorCode> read_some();
  boost::asio::awaitable<bool> refuse(const ErrorCode& error);
  boost::asio::awaitable<void> drain();
  std::string local_address() const;
  // False: the client went away.
  boost::asio::awaitable<bool> answer(service::Exchange& exchange);
  // Nothing is begun that would be answered at length while replies wait for their readers.
  boost::asio::awaitable<bool> wait_for_readers(const service::Exchange& exchange);
  // Of earlier replies: what the other side has not taken yet.
  std::size_t unread_bytes();
  boost::asio::awaitable<bool> wait_for_message(service::Exchange& exchange);
  void watch_for_hangup();
  void tell_observers(const service::HttpRequest& request, service::Exchange& exchange,
                      std::chrono::microseconds begin);
  boost::asio::awaitable<bool> write(service::HttpReply& reply, bool keep_alive);
  boost::asio::awaitable<bool> write_file(service::TemporaryFile& file);
  boost::asio::awaitable<bool> write_all(std::string_view bytes);
  void set_deadline(Seconds from_now) { deadline_ = worker_.wire_clock.now() + from_now; }
  const std::shared_ptr<Wakeup>& wakeup();
  void drop_request();

  Worker& worker_;
  boost::asio::ip::tcp::socket socket_;
  const PortRole role_;
  std::unique_ptr<Tls> tls_;                // null: plain HTTP
  std::list<Connection*>::iterator place_;  // in worker_.connections
  TimePoint deadline_ = TimePoint::max();
  std::string address_;  // IP of the other side
  engine::ClientPtr client_;
  RequestData request_;
  std::string input_;  // bytes read; those before input_begin_ are parsed
  std::size_t input_begin_ = 0;
  std::string output_;
  std::size_t room_ = 0;                            // that the request has
  std::optional<ByteBudget::Share> request_share_;  // nothing: it is small
  std::optional<ByteBudget::Share> reply_share_;    // likewise
  std::shared_ptr<Wakeup> wakeup_;                  // made when it is first needed
  std::chrono::microseconds waited_{0};             // for messages, in this exchange
  bool is_polling_ = false;
  bool is_in_line_ = false;  // for room
  bool is_watching_ = false;
  bool has_hung_up_ = false;
  bool is_reading_ = true;
};

}  // namespace squire::net
