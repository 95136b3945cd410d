#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/stop_guard.hpp"
#include "squire/admin/admin_site.hpp"
#include "squire/admin/metrics.hpp"
#include "squire/app/config.hpp"
#include "squire/core/helpers.hpp"
#include "squire/core/ids.hpp"
#include "squire/engine/broker.hpp"
#include "squire/engine/journal.hpp"
#include "squire/http/sessions.hpp"
#include "squire/net/certificate.hpp"
#include "squire/net/server.hpp"
#include "squire/outbound/http_client.hpp"
#include "squire/outbound/smtp_mailer.hpp"
#include "squire/provision/init_files.hpp"
#include "squire/provision/init_scripts.hpp"
#include "squire/service/access_control.hpp"
#include "squire/service/dispatcher.hpp"
#include "squire/service/faults.hpp"
#include "squire/service/temporary_files.hpp"
#include "squire/sns/couriers.hpp"
#include "squire/sns/delivery_guard.hpp"
#include "squire/sns/envelopes.hpp"

namespace squire::app {

// All parts of the daemon, in the order in which they need each other; they end in the reverse.
// Used by the main thread alone, which calls start() and stop() once each.
class Daemon {
 public:
  // The configuration outlives it. `on_end`, on any thread: it should be stopped, since the disk
  // failed or an init script did. Takes the data directory; throws what is wrong with it.
  Daemon(const Config& config, std::function<void()> on_end);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Loads what is stored, declares what the configuration does, and serves. Throws what is wrong.
  void start();
  // Reads certificate and access keys anew. What is wrong with new ones is no reason to be without
  // the old ones: the log says it.
  void reload();
  // Ends all threads, whatever they do, and says what was not well. The exit code.
  int stop();

 private:
  void load();
  // Once a second. True: there is more to do at once.
  bool tick();
  void renew_certificate();
  void renew_keys();
  std::vector<access::Key> keys() const;
  std::vector<service::Observer*> observers();
  std::unique_ptr<service::AccessControl> make_access() const;
  engine::Rules rules() const;
  admin::AdminSettings admin_settings();
  service::DispatcherSettings dispatcher_settings();
  provision::InitScripts::Options script_options(std::uint16_t port);
  int report_end(bool is_stored) const;

  const Config& config_;
  const std::function<void()> on_end_;
  const provision::InitFiles init_files_;
  std::optional<StopGuard> guard_;  // of all that follows
  net::Server server_;
  RandomIds ids_;
  const std::unique_ptr<engine::Journal> journal_;
  const std::optional<net::Certificate> certificate_;  // of the start
  const sns::Envelopes envelopes_;
  const access::Key script_key_;
  const std::unique_ptr<service::AccessControl> access_;    // null: everybody is believed
  const std::optional<sns::DeliveryGuard> delivery_guard_;  // likewise
  engine::Broker broker_;
  service::Faults faults_;
  const std::unique_ptr<service::TemporaryFiles> files_;
  admin::Metrics metrics_;
  admin::AdminSite site_;
  service::Dispatcher dispatcher_;
  outbound::HttpClient client_;
  std::optional<outbound::SmtpMailer> mailer_;
  sns::Couriers couriers_;
  Helpers signing_{"signing", "signatures"};
  const std::unique_ptr<service::Observer> access_log_;  // null: nobody wants one
  http::Sessions http_;
  std::optional<provision::InitScripts> scripts_;  // once the port is known
};

}  // namespace squire::app
