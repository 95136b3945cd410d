#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <list>
#include <memory>

#include "squire/core/clock.hpp"
#include "squire/core/heartbeat.hpp"
#include "squire/core/helpers.hpp"
#include "squire/net/byte_budget.hpp"
#include "squire/net/server.hpp"
#include "squire/net/session.hpp"
#include "squire/net/system_clock.hpp"

namespace squire::net {

// What all workers have in common.
struct Shared {
  Shared(const ServerSettings& settings, const Clock& clock, const SystemClock& wire_clock,
         Helpers& long_work, Helpers& computing)
      : settings(settings),
        clock(clock),
        wire_clock(wire_clock),
        long_work(long_work),
        computing(computing),
        budget(settings.in_flight_bytes_max) {}

  const ServerSettings& settings;
  const Clock& clock;             // of the queues; tests may move it
  const SystemClock& wire_clock;  // of the connections: nobody moves it
  Helpers& long_work;             // for what may take seconds
  Helpers& computing;  // for what takes about a millisecond, and does not wait behind that
  std::atomic<std::size_t> open_count = 0;  // connections
  ByteBudget budget;
};

// One thread's share of the server: its context, its sessions, and what they have in common.
// Everything but `context` is used on the context's thread only.
struct Worker {
  Worker(std::size_t number, boost::asio::io_context& context, Shared& shared)
      : number(number),
        context(context),
        shared(shared),
        clock(shared.clock),
        wire_clock(shared.wire_clock) {}

  // A connection that has sent something: TLS's first byte, or another.
  void take(boost::asio::ip::tcp::socket socket, const PortRole& role, bool begins_with_tls);
  // Has all waiting requests look again.
  void wake_waiting();
  // Closes connections that took too long; once a second.
  void watch();
  // Ends sessions that owe no answer and wakes waiting ones; the others end after their answer.
  void begin_stop();
  // Ends all sessions, as soon as they have no commit to wait for.
  void close_all();

  const std::size_t number;  // from 0
  boost::asio::io_context& context;
  Shared& shared;
  const Clock& clock;
  const SystemClock& wire_clock;
  // The thread's, once it runs; null before. From any thread.
  std::atomic<const Heart*> shown_heart = nullptr;
  Heart* heart = nullptr;
  std::shared_ptr<boost::asio::ssl::context> tls;  // null: no certificate
  std::list<Session*> sessions;
  bool is_stopping = false;
};

}  // namespace squire::net
