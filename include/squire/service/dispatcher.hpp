#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "squire/service/admin_handler.hpp"
#include "squire/service/authenticator.hpp"
#include "squire/service/dispatcher_settings.hpp"
#include "squire/service/exchange.hpp"
#include "squire/service/router.hpp"

namespace squire::service {

// What all requests have in common: the broker, the services, who is let in, and the site. Each
// request is an Exchange of its own. Thread-safe: constant after construction but for the stop
// flag.
class Dispatcher {
 public:
  // Broker and site outlive the dispatcher; the site may be null.
  Dispatcher(engine::Broker& broker, std::vector<const Service*> services,
             DispatcherSettings settings, AdminHandler* site = nullptr);

  // From now on no call waits for messages any more.
  void stop_waiting() { is_stopping_ = true; }

  // Whether requests must come with all their headers.
  bool needs_headers() const { return verifies_signatures() || router_.needs_headers(); }
  bool verifies_signatures() const { return authenticator_.verifies_signatures(); }

  // Whether the request is refused, or answered, by what its head says of a browser: its body need
  // not be waited for.
  bool turns_away(const HttpRequest& head) const;
  // As Authenticator.
  bool recognizes(const HttpRequest& head) const { return authenticator_.recognizes(head); }

  // Where the body of this request goes, if not into memory; only for who may send it.
  std::optional<Upload> upload(const HttpRequest& head) const;

  // The reply to a request so broken that it never became one: too large, malformed, too slow. The
  // protocol is guessed from the headers that arrived.
  HttpReply refuse(const HttpRequest& request, const Error& error, std::string request_id) const;

  std::string new_request_id() const { return to_string(broker_.env().ids.next()); }

 private:
  friend class Exchange;

  engine::Broker& broker_;
  const DispatcherSettings settings_;
  const Router router_;
  const Authenticator authenticator_;
  AdminHandler* const site_;
  std::atomic<bool> is_stopping_ = false;
};

// The reply to a body that is larger than its upload may be.
HttpReply refuse(const Upload& upload, std::string request_id);

}  // namespace squire::service
