#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "squire/core/clock.hpp"
#include "squire/core/waiter.hpp"
#include "squire/engine/journal.hpp"
#include "squire/service/http.hpp"
#include "squire/wire/query.hpp"

namespace squire::service {

// A request to the site. The views outlive the exchange.
struct SiteRequest {
  std::string_view method;
  std::string_view path;
  const wire::Form& parameters;  // of the query string
  std::string_view body;
  std::string_view accept;
  std::string endpoint;  // what the daemon's URLs begin with for the visitor
  std::shared_ptr<TemporaryFile> body_file = nullptr;  // instead of the body
  std::string_view content_type = {};
  std::string_view amz_target = {};  // X-Amz-Target, of an SDK
  std::string_view region = {};      // of its credential
  std::string_view request_id = {};
};

struct SiteReply {
  unsigned status = 200;
  std::string_view content_type = "application/json";
  std::string body;
  std::string headers;                            // more of them, each with its line's end
  engine::Ticket ticket = 0;                      // what must be durable first
  std::shared_ptr<TemporaryFile> file = nullptr;  // instead of the body
};

// One request to the site on its way to a reply. Used by one thread at a time; may look into the
// request, which outlives it.
class AdminExchange {
 public:
  virtual ~AdminExchange() = default;

  // Nothing: run again when the waiter was notified, or at deadline(). `may_wait` is false once the
  // daemon stops.
  virtual std::optional<SiteReply> run(bool may_wait) = 0;
  virtual TimePoint deadline() const { return TimePoint::max(); }
  // Whether run() takes long, so that it should be called where nobody waits for the thread.
  virtual bool is_long() const { return false; }
};

// What is on the port besides the services: administration, metrics, the console. Thread-safe.
class AdminHandler {
 public:
  virtual ~AdminHandler() = default;

  // Null: there is nothing of the site's at that path. `waiter` is notified for a waiting exchange.
  virtual std::unique_ptr<AdminExchange> handle(const SiteRequest& request,
                                                std::shared_ptr<Waiter> waiter) = 0;

  // For requests whose body does not belong into memory; nothing for all others.
  virtual std::optional<Upload> upload(std::string_view /*method*/, std::string_view /*path*/) {
    return std::nullopt;
  }
};

}  // namespace squire::service
