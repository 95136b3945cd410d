#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "net/commit_line.hpp"
#include "net/system_clock.hpp"
#include "squire/core/clock.hpp"
#include "squire/net/server.hpp"
#include "squire/service/dispatcher.hpp"
#include "squire/service/observer.hpp"

namespace squire::net {

class Connection;

// One thread's share of the server: its context, its connections, and what they have in common.
// Everything but `context` is used on the context's thread only.
struct Worker {
  Worker(boost::asio::io_context& context, const ServerSettings& settings, const Clock& clock,
         const SystemClock& wire_clock, std::atomic<std::size_t>& open_count)
      : context(context),
        settings(settings),
        clock(clock),
        wire_clock(wire_clock),
        open_count(open_count) {}

  // The Date header's text; made anew once a second.
  const std::string& date();
  // Has all waiting requests look again.
  void wake_waiting();
  // Closes connections that took too long; once a second.
  void watch();
  // Ends connections that are no request's and wakes polling ones; the others end after their
  // reply.
  void begin_stop();
  // Ends all connections, as soon as they have no commit to wait for.
  void close_all();

  boost::asio::io_context& context;
  const ServerSettings& settings;
  const Clock& clock;                    // of the queues; tests may move it
  const SystemClock& wire_clock;         // of the connections: nobody moves it
  std::atomic<std::size_t>& open_count;  // connections of all workers
  service::Dispatcher* dispatcher = nullptr;
  std::vector<service::Observer*> observers;
  std::shared_ptr<CommitLine> commit_line;
  std::shared_ptr<boost::asio::ssl::context> tls;  // null: no certificate
  std::list<Connection*> connections;
  bool is_stopping = false;

 private:
  TimePoint date_at_;
  std::string date_;
};

}  // namespace squire::net
