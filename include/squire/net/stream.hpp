#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace squire::net {

// What a client and a session say to each other: bytes over TCP, with TLS around them or without,
// which makes no difference to who reads and writes. Used on its worker's thread.
class Stream {
 public:
  using ErrorCode = boost::system::error_code;

  explicit Stream(boost::asio::ip::tcp::socket socket);

  bool is_open() const { return socket_.is_open(); }
  bool is_secure() const { return tls_ != nullptr; }
  // The other side's IP address; empty: it is gone.
  std::string peer_address() const;
  // "127.0.0.1:4566", "[::1]:4566": what was connected to.
  std::string local_address() const;

  // At least one byte, unless there is an error. No coroutine: it costs no frame of its own, of
  // which idle connections would have ten thousand.
  boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer buffer,
                                                ErrorCode& error);
  // What has come already; would_block if that is nothing.
  std::size_t read_now(boost::asio::mutable_buffer buffer, ErrorCode& error);
  // Calls done(error) when there is something to read, or the other side has hung up.
  template <typename Done>
  void when_readable(Done&& done) {
    socket_.async_wait(boost::asio::ip::tcp::socket::wait_read, std::forward<Done>(done));
  }
  // As much as the other side takes at once; what is left, all of it if the connection is broken.
  // Nothing goes that way with TLS.
  std::string_view write_now(std::string_view bytes);
  // All of it; false: the connection is broken.
  boost::asio::awaitable<bool> write(std::string_view bytes);
  // Of what was written: what the other side has not taken yet.
  std::size_t unread_bytes();

  // Nothing more will be written. TLS has no half of a connection to close.
  ErrorCode end_writing();
  // Of TLS: good-bye, so that the client knows that nothing was cut off.
  boost::asio::awaitable<void> end_tls();
  void close();

  // Puts TLS around all that follows. False: the other side does not want it, or fails to.
  boost::asio::awaitable<bool> begin_tls(std::shared_ptr<boost::asio::ssl::context> context);

 private:
  // By the certificate there was when it began. A place of its own, so that a stream can move
  // until then.
  struct Tls {
    using Layer = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

    Tls(boost::asio::ip::tcp::socket& socket, std::shared_ptr<boost::asio::ssl::context> context)
        : context(std::move(context)), layer(socket, *this->context) {}

    const std::shared_ptr<boost::asio::ssl::context> context;
    Layer layer;
  };

  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<Tls> tls_;  // null: none
};

}  // namespace squire::net
