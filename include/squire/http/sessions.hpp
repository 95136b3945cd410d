#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "squire/core/clock.hpp"
#include "squire/engine/journal.hpp"
#include "squire/net/byte_budget.hpp"
#include "squire/net/session.hpp"
#include "squire/service/admin_handler.hpp"
#include "squire/service/dispatcher.hpp"
#include "squire/service/observer.hpp"

namespace squire::http {

// Of net::ServerSettings::in_flight_bytes_max: so much is for whoever is not known yet, where
// signatures are checked.
inline constexpr std::size_t kStrangersPart = 16;

struct Settings {
  std::size_t header_bytes_max = 64 * 1024;
  std::size_t body_bytes_max = 8 * 1024 * 1024;
  std::size_t strangers_bytes_max = 16 * 1024 * 1024;
  Seconds request_timeout{30};  // from a request's first byte to its last, and for writing a reply
  Seconds idle_timeout{300};    // between requests
};

// Says how the daemon is, to who asks for that path: /_squire/health, /_localstack/health or
// /health. It waits for nobody and takes no lock of the engine's.
using HealthAnswer = std::function<service::SiteReply(std::string_view path)>;

class WorkerPart;

// HTTP/1.1: keep-alive, pipelining, Expect: 100-continue, chunked bodies. Who asks for the daemon's
// health is answered by the front.
class Sessions final : public net::SessionFactory {
 public:
  // Each observer is told of every request. All outlive the server's threads.
  Sessions(Settings settings, service::Dispatcher& dispatcher, engine::Journal& journal,
           std::vector<service::Observer*> observers, HealthAnswer answer_health);
  ~Sessions() override;
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  // The same for the address that the site has of its own. Listened on besides this, never alone.
  net::SessionFactory& for_admin_address() { return admin_sessions_; }

  void start(std::span<net::Worker* const> workers) override;
  std::shared_ptr<net::Session> make(net::Worker& worker, net::Stream stream) override;
  std::optional<net::FrontAnswer> answer_at_front(std::string_view bytes) override;
  std::string_view too_many_connections() const override;
  void begin_stop() override;
  void end() override;

 private:
  // What it has in common with the others is begun and ended by them.
  class AdminSessions final : public net::SessionFactory {
   public:
    explicit AdminSessions(Sessions& all) : all_(all) {}

    std::shared_ptr<net::Session> make(net::Worker& worker, net::Stream stream) override;
    std::optional<net::FrontAnswer> answer_at_front(std::string_view bytes) override {
      return all_.answer_at_front(bytes);
    }
    std::string_view too_many_connections() const override { return all_.too_many_connections(); }

   private:
    Sessions& all_;
  };

  const Settings settings_;
  service::Dispatcher& dispatcher_;
  engine::Journal& journal_;
  const std::vector<service::Observer*> observers_;
  const HealthAnswer answer_health_;
  const std::shared_ptr<net::ByteBudget> strangers_budget_;
  AdminSessions admin_sessions_{*this};
  std::vector<std::unique_ptr<WorkerPart>> parts_;  // by the worker's number
};

}  // namespace squire::http
