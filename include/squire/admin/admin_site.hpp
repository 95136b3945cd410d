#pragma once

#include <atomic>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "squire/admin/metrics.hpp"
#include "squire/core/clock.hpp"
#include "squire/engine/broker.hpp"
#include "squire/service/faults.hpp"
#include "squire/service/site.hpp"

namespace squire::admin {

// What the daemon tells of itself.
struct AdminSettings {
  std::string version;
  std::string account;  // of resources named without one
  std::string region;   // likewise
  std::string base_url;
  nlohmann::ordered_json settings;  // all in force, secrets hidden
  std::function<std::size_t()> connection_count = [] { return std::size_t{0}; };
  // Moves the broker's clock; null: there is nothing for tests (/_squire/clock, wait, faults).
  std::function<void(Milliseconds)> advance_clock = nullptr;
  service::Faults* faults = nullptr;  // likewise; outlives the site
};

// Everything under /_squire/ (src/admin/README.md), GET /metrics, and what tools made for
// LocalStack ask for under
// /_localstack/ and /_aws/. Thread-safe: constant but for what the broker guards.
class AdminSite final : public service::Site {
 public:
  // The broker outlives the site, as do the metrics, which may be null.
  AdminSite(engine::Broker& broker, AdminSettings settings, const Metrics* metrics = nullptr);

  std::unique_ptr<service::Visit> visit(const service::SiteRequest& request,
                                        std::shared_ptr<Waiter> waiter) override;

  // From now on /_squire/health says so.
  void set_ready() { is_ready_ = true; }

 private:
  friend struct Desk;

  engine::Broker& broker_;
  const AdminSettings settings_;
  const Metrics* const metrics_;
  const TimePoint started_at_;
  std::atomic<bool> is_ready_ = false;
  std::atomic<Milliseconds> advanced_{Milliseconds(0)};  // the clock, so far
};

}  // namespace squire::admin
