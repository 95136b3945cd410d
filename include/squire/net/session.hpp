// What a protocol is to the server: a factory of sessions. HTTP is one (layer http).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "squire/core/clock.hpp"
#include "squire/net/stream.hpp"

namespace squire::net {

struct Worker;

// One client's connection, in some protocol. Lives on its worker's thread; kept alive by its
// coroutine.
class Session {
 public:
  Session(Worker& worker, Stream stream);
  virtual ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // How it begins.
  enum class Opening {
    Plain,
    Tls,        // with a handshake
    MissesTls,  // that the port wants
  };

  // Has it speak until it ends. `tls`: for a handshake.
  static void start(std::shared_ptr<Session> session, Opening opening,
                    std::shared_ptr<boost::asio::ssl::context> tls);

  // When it is closed, whatever it does.
  TimePoint deadline() const { return deadline_; }
  // run() must come to its end.
  virtual void close() { stream_.close(); }
  // Time has moved: what waits looks again.
  virtual void wake_waiting() {}
  // The server stops: what needs no answer ends, what waits answers.
  virtual void begin_stop() { close(); }

 protected:
  // Speaks with the client. The session ends when it returns, and the connection with it; if
  // something else may hold the session still, it calls close() itself. It sets the deadline.
  virtual boost::asio::awaitable<void> run() = 0;
  // Instead, to a client that begins without the TLS that its port wants: says so, if the protocol
  // has words for that.
  virtual boost::asio::awaitable<void> run_without_tls();

  void set_deadline(Seconds from_now);
  void forget_deadline() { deadline_ = TimePoint::max(); }

  Worker& worker_;
  Stream stream_;

 private:
  TimePoint deadline_ = TimePoint::max();
  std::list<Session*>::iterator place_;  // in worker_.sessions
};

// What the front answers by itself, whatever the workers do.
struct FrontAnswer {
  std::size_t bytes = 0;  // of the request
  std::string text;
  bool goes_on = false;  // the connection; else it is closed
  // Called once it is written, on a thread that may wait; null: nobody wants to know.
  std::function<void(const std::string& address, std::chrono::microseconds duration)> on_written;
};

// A protocol. Shared by all workers: constant, or thread-safe. Outlives the server's threads.
class SessionFactory {
 public:
  virtual ~SessionFactory() = default;

  // Before the threads begin.
  virtual void start(std::span<Worker* const>) {}
  // On the worker's thread: for a connection that has sent something.
  virtual std::shared_ptr<Session> make(Worker& worker, Stream stream) = 0;

  // What the front answers to a connection that begins with these bytes, which are not all there
  // will be. On the front's thread, which never computes, nor takes a lock that a request might
  // hold. Nothing: a worker gets the connection.
  virtual std::optional<FrontAnswer> answer_at_front(std::string_view) { return std::nullopt; }
  // To who comes while there are too many.
  virtual std::string_view too_many_connections() const { return {}; }

  // The server stops: nobody is to wait for anything any more.
  virtual void begin_stop() {}
  // The threads have ended; sessions that were cut off may still hold on.
  virtual void end() {}
};

// What connections to a port are for.
struct PortRole {
  enum class Tls { None, Both, Only };  // Both: as the client begins

  Tls tls = Tls::None;
  SessionFactory* sessions = nullptr;  // never null once it is listened on
};

}  // namespace squire::net
