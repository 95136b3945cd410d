#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <deque>
#include <functional>
#include <list>
#include <memory>

#include "squire/core/url.hpp"
#include "squire/outbound/http_client.hpp"

namespace squire::outbound {

// A request in line for its host, as bytes.
struct Job {
  std::string bytes;
  Milliseconds timeout;
  std::function<void()> on_turn;  // may be null
  std::function<void(Answer)> done;
};

class HostConnection;

// The requests to one host (scheme, name, port) and the connections that carry them, confined or
// not. Lives on the client's thread, as long as there are any.
class HostLine {
 public:
  // `tls` is null for plain HTTP. on_idle() is called when the last connection has ended and
  // nothing waits: the line may go, later.
  HostLine(boost::asio::io_context& context, boost::asio::ssl::context* tls,
           const HttpClientSettings& settings, Url url, bool is_confined,
           std::function<void()> on_idle);
  ~HostLine();

  void add(Job job);
  bool is_idle() const { return connection_count_ == 0 && jobs_.empty(); }

 private:
  friend class HostConnection;

  boost::asio::io_context& context_;
  boost::asio::ssl::context* const tls_;
  const HttpClientSettings& settings_;
  const Url url_;
  const bool is_confined_;
  const std::function<void()> on_idle_;
  std::deque<Job> jobs_;
  std::list<HostConnection*> idle_;  // waiting for a job; the one used last in front
  std::size_t connection_count_ = 0;
};

}  // namespace squire::outbound
