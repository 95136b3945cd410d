#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "squire/core/clock.hpp"
#include "squire/net/certificate.hpp"
#include "squire/net/session.hpp"

namespace squire::net {

// The address cannot be listened on; what() says why and what to do.
struct ListenError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ServerSettings {
  std::size_t threads_count = 0;  // 0: one per core
  std::size_t connections_max = 20'000;
  // Of requests that are being read and replies that are being written, all together; who would
  // exceed it waits. The first 16 KiB of each connection are not counted.
  std::size_t in_flight_bytes_max = 256 * 1024 * 1024;
  Seconds handshake_timeout{30};  // of TLS
  Seconds idle_timeout{300};      // until a connection has sent something
};

// Accepts connections over TCP and TLS and hands them to sessions, in whatever protocol.
// N single-threaded contexts, one per thread (worker). A thread of its own, which never computes,
// accepts connections, deals them out in turn and answers who asks for the daemon's health; a
// connection stays on its worker. Another one (keeper) rings the clock's alarms and does what is to
// be done every second, so that neither holds up requests. Create it before the broker, which needs
// its clock.
class Server {
 public:
  explicit Server(ServerSettings settings);
  // Stops, if that was not done.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Rings alarms on the keeper's thread, once the server runs.
  Clock& clock();

  // Real time, whatever clock() was moved by.
  const Clock& wall_clock() const;

  // Moves clock() forward, for tests of what takes long; what became due happens at once. While
  // the server runs.
  void advance_clock(Milliseconds by);
  // clock() is real time again.
  void reset_clock();

  // Connections from now on are shown this one, where they begin with TLS. Throws
  // std::runtime_error that says what is wrong with it, and then changes nothing.
  void use_certificate(const Certificate& certificate);

  // Binds and listens; throws ListenError. The port it got: the endpoint's, or
  // any free one for 0.
  std::uint16_t listen(const boost::asio::ip::tcp::endpoint& endpoint, const PortRole& role);

  // Serves until stop().
  void start();

  // Calls f every second on the keeper's thread, and again, with alarms in between, as long as it
  // says that there is more to do; set before start().
  void every_second(std::function<bool()> f);

  std::size_t connection_count() const;

  // Accepts no more, answers waiting polls, lets running requests finish for at most `patience`,
  // and joins all threads.
  void stop(Milliseconds patience = Milliseconds(1500));

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace squire::net
