#include "squire/net/stream.hpp"

#include <sys/ioctl.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace squire::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

auto into(boost::system::error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

}  // namespace

Stream::Stream(tcp::socket socket) : socket_(std::move(socket)) {
  ErrorCode ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

std::string Stream::peer_address() const {
  ErrorCode error;
  const auto peer = socket_.remote_endpoint(error);
  return error ? std::string() : peer.address().to_string();
}

std::string Stream::local_address() const {
  ErrorCode error;
  const auto endpoint = socket_.local_endpoint(error);
  if (error) return {};
  const auto ip = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + ip + "]" : ip) + ":" + std::to_string(endpoint.port());
}

asio::awaitable<std::size_t> Stream::read_some(asio::mutable_buffer buffer, ErrorCode& error) {
  if (tls_) return tls_->layer.async_read_some(buffer, into(error));
  return socket_.async_read_some(buffer, into(error));
}

std::size_t Stream::read_now(asio::mutable_buffer buffer, ErrorCode& error) {
  return tls_ ? tls_->layer.read_some(buffer, error) : socket_.read_some(buffer, error);
}

std::string_view Stream::write_now(std::string_view bytes) {
  if (tls_) return bytes;
  ErrorCode full_or_broken;
  bytes.remove_prefix(socket_.write_some(asio::buffer(bytes.data(), bytes.size()), full_or_broken));
  return bytes;
}

asio::awaitable<bool> Stream::write(std::string_view bytes) {
  ErrorCode error;
  if (tls_) {
    co_await asio::async_write(tls_->layer, asio::buffer(bytes.data(), bytes.size()), into(error));
    co_return !error;
  }
  for (;;) {
    bytes.remove_prefix(socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error));
    if (bytes.empty()) co_return true;
    if (error && error != asio::error::would_block) co_return false;
    co_await socket_.async_wait(tcp::socket::wait_write, into(error));
    if (error) co_return false;
  }
}

std::size_t Stream::unread_bytes() {
  int count = 0;
  return ::ioctl(socket_.native_handle(), TIOCOUTQ, &count) == 0 ? static_cast<std::size_t>(count)
                                                                 : 0;
}

boost::system::error_code Stream::end_writing() {
  ErrorCode error;
  if (!tls_) socket_.shutdown(tcp::socket::shutdown_send, error);
  return error;
}

asio::awaitable<void> Stream::end_tls() {
  ErrorCode ignored;
  co_await tls_->layer.async_shutdown(into(ignored));
}

void Stream::close() {
  ErrorCode ignored;
  socket_.close(ignored);
}

asio::awaitable<bool> Stream::begin_tls(std::shared_ptr<asio::ssl::context> context) {
  tls_ = std::make_unique<Tls>(socket_, std::move(context));
  ErrorCode error;
  co_await tls_->layer.async_handshake(Tls::Layer::server, into(error));
  co_return !error;
}

}  // namespace squire::net
