#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "net/commit_line.hpp"
#include "squire/core/clock.hpp"
#include "squire/core/heartbeat.hpp"
#include "squire/net/byte_budget.hpp"
#include "squire/net/long_work.hpp"
#include "squire/net/server.hpp"
#include "squire/net/system_clock.hpp"
#include "squire/service/dispatcher.hpp"
#include "squire/service/observer.hpp"

namespace squire::net {

class Connection;

// What all workers have in common.
struct Shared {
  // Whoever is not known yet, where signatures are checked, shares a small part of the budget.
  static constexpr std::size_t kStrangersPart = 16;

  Shared(const ServerSettings& settings, const Clock& clock, const SystemClock& wire_clock,
         LongWork& long_work)
      : settings(settings),
        clock(clock),
        wire_clock(wire_clock),
        long_work(long_work),
        budget(settings.in_flight_bytes_max),
        strangers_budget(settings.in_flight_bytes_max / kStrangersPart) {}

  const ServerSettings& settings;
  const Clock& clock;             // of the queues; tests may move it
  const SystemClock& wire_clock;  // of the connections: nobody moves it
  LongWork& long_work;
  std::atomic<std::size_t> open_count = 0;  // connections
  ByteBudget budget;
  ByteBudget strangers_budget;
};

// One thread's share of the server: its context, its connections, and what they have in common.
// Everything but `context` is used on the context's thread only.
struct Worker {
  Worker(boost::asio::io_context& context, Shared& shared)
      : context(context),
        shared(shared),
        settings(shared.settings),
        clock(shared.clock),
        wire_clock(shared.wire_clock) {}

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
  Shared& shared;
  const ServerSettings& settings;
  const Clock& clock;
  const SystemClock& wire_clock;
  // The thread's, once it runs; null before. From any thread.
  std::atomic<const Heart*> shown_heart = nullptr;
  Heart* heart = nullptr;
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
