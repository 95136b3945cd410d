#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace squire::test {

// A server on a free port of 127.0.0.1 whose answers are scripted: bytes; "" closes the connection;
// kSilence never answers. Behind the script comes kOk, for ever.
class HttpPeer {
 public:
  static constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  static constexpr const char* kSilence = "(silence)";

  explicit HttpPeer(std::vector<std::string> script = {})
      : script_(std::move(script)), acceptor_(context_, {address(), 0}) {
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }
  ~HttpPeer() {
    context_.stop();
    thread_.join();
  }

  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/hook";
  }
  int connection_count() const { return connection_count_; }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  using tcp = boost::asio::ip::tcp;
  struct Peer {
    explicit Peer(tcp::socket socket) : socket(std::move(socket)) {}
    tcp::socket socket;
    std::string input;
  };

  static boost::asio::ip::address address() { return boost::asio::ip::make_address("127.0.0.1"); }

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      ++connection_count_;
      read(std::make_shared<Peer>(std::move(socket)));
      accept();
    });
  }

  // Bodies of the tests end with "!", which nothing else holds.
  void read(const std::shared_ptr<Peer>& peer) {
    boost::asio::async_read_until(
        peer->socket, boost::asio::dynamic_buffer(peer->input), '!',
        [this, peer](const boost::system::error_code& error, std::size_t size) {
          if (error) return;
          {
            const std::lock_guard lock(mutex_);
            requests_.push_back(peer->input.substr(0, size));
          }
          peer->input.erase(0, size);
          answer(peer);
        });
  }

  void answer(const std::shared_ptr<Peer>& peer) {
    auto reply = std::make_shared<std::string>(kOk);
    if (!script_.empty()) {
      *reply = script_.front();
      script_.erase(script_.begin());
    }
    if (*reply == kSilence) return silent_.push_back(peer);
    if (reply->empty()) return;
    boost::asio::async_write(
        peer->socket, boost::asio::buffer(*reply),
        [this, peer, reply](const boost::system::error_code& error, std::size_t) {
          const bool ends = reply->find("\r\n\r\n") == std::string::npos ||
                            reply->find("Connection: close") != reply->npos;
          if (!error && !ends) read(peer);
        });
  }

  std::vector<std::string> script_;
  std::atomic<int> connection_count_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  boost::asio::io_context context_{1};
  tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<Peer>> silent_;  // whose sockets the context outlives
  std::thread thread_;
};

}  // namespace squire::test
