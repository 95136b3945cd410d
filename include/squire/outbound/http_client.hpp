#pragma once

#include <memory>
#include <string>

#include "squire/outbound/network_rules.hpp"
#include "squire/outbound/outbound.hpp"

namespace squire::outbound {

struct HttpClientSettings {
  std::size_t connections_per_host_max = 32;  // a host is a scheme, a name and a port
  Seconds idle_timeout{30};                   // of a connection without requests
  bool verify_tls = true;                     // certificates and host names
  std::string ca_file;                        // PEM; empty: the system's roots
  NetworkRules networks;                      // which may be reached, after names are resolved
};

// HTTP/1.1 over TCP and TLS, on a thread of its own. Connections are kept alive and bounded per
// host, so that a host that does not answer holds up nobody but itself; requests beyond the bound
// wait in the host's line. A request that meets a connection the server has just closed is sent
// once more on a new one: a server that read it and died may get it twice, as at-least-once allows.
// Limits of answers: 16 KiB of headers, 64 KiB of body.
class HttpClient final : public Sender {
 public:
  // Throws std::runtime_error if the CA file cannot be read.
  explicit HttpClient(HttpClientSettings settings);
  // Stops, if that was not done.
  ~HttpClient() override;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void start();
  // Drops what is under way: nothing is called back any more.
  void stop();

  void post(std::function<void()> task) override;
  void send(Request request, std::function<void(Answer)> done) override;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace squire::outbound
