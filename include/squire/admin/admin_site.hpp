#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "squire/admin/metrics.hpp"
#include "squire/core/clock.hpp"
#include "squire/engine/broker.hpp"
#include "squire/service/action.hpp"
#include "squire/service/admin_handler.hpp"
#include "squire/service/faults.hpp"
#include "squire/service/temporary_files.hpp"

namespace squire::admin {

// How far a script is that runs at the start.
enum class InitState : std::uint8_t { Unknown, Running, Successful, Error };

struct InitProgress {
  std::string script;  // the name of its file
  InitState state = InitState::Unknown;
};

// What the daemon tells of itself.
struct AdminSettings {
  std::string version;
  std::string account;  // of resources named without one
  std::string region;   // likewise
  std::string base_url;
  std::string settings = "{}";  // all in force, as JSON, secrets hidden
  std::function<std::size_t()> connection_count = [] { return std::size_t{0}; };
  // Moves the broker's clock; null: there is nothing for tests (/_squire/clock, wait, faults).
  std::function<void(Milliseconds)> advance_clock = nullptr;
  std::function<void()> reset_clock = nullptr;  // to real time; there if advance_clock is
  service::Faults* faults = nullptr;            // likewise; outlives the site
  std::vector<const service::Service*> services = {};
  // Where exports and imports lie on their way; null: there are none. Outlives the site.
  service::TemporaryFiles* files = nullptr;
  std::uint64_t import_bytes_max = 1'073'741'824;
  std::string session_id = {};                 // of this process
  std::vector<std::string> init_scripts = {};  // their names, in the order in which they run
  // Exports whose readers have not read them to the end, and imports that come.
  std::size_t exports_max = 4;
  std::string certificate = {};  // self-signed, as PEM, for clients to trust; empty: there is none
};

class Jobs;

// Everything under /_squire/ (docs/admin-api.md), GET /metrics, and what tools made for
// LocalStack ask for under /_localstack/ and /_aws/. Thread-safe: constant but for atomics and what
// the broker guards.
class AdminSite final : public service::AdminHandler {
 public:
  // The broker outlives the site, as do the metrics, which may be null.
  AdminSite(engine::Broker& broker, AdminSettings settings, const Metrics* metrics = nullptr);
  ~AdminSite() override;

  std::unique_ptr<service::AdminExchange> handle(const service::SiteRequest& request,
                                                 std::shared_ptr<Waiter> waiter) override;
  std::optional<service::Upload> upload(std::string_view method, std::string_view path) override;

  // What a test has set up goes with the state it was for: faults, the moved clock.
  void end_test();

  // Returns when the export or import that is under way has ended, and lets none begin.
  void stop();

  // From now on /_squire/health says so.
  void set_ready() { is_ready_ = true; }
  // Of the script of that place in AdminSettings::init_scripts.
  void set_init_state(std::size_t script, InitState state) { init_states_[script] = state; }
  // Whether what the journal writes to is no longer where it was.
  void set_data_lost(bool is_lost) { is_data_lost_ = is_lost; }

  // How the daemon is, at that path. Takes no lock that a request might hold, and waits for nobody.
  service::SiteReply health(std::string_view path) const;

 private:
  friend struct AdminRequest;

  // Whether the service of that place was used since the start or the last reset, as far as anybody
  // looked.
  bool was_used(std::size_t service) const;
  service::SiteReply localstack_health(bool is_well) const;
  // There is so much to walk over that no connection's thread should.
  bool is_large() const;

  engine::Broker& broker_;
  const AdminSettings settings_;
  const Metrics* const metrics_;
  const TimePoint started_at_;
  std::vector<std::atomic<InitState>> init_states_;
  std::atomic<bool> is_ready_ = false;
  mutable std::vector<std::atomic<bool>> were_used_;  // the services
  std::atomic<bool> is_data_lost_ = false;
  std::atomic<Milliseconds> advanced_{Milliseconds(0)};  // the clock, so far
  const std::unique_ptr<Jobs> jobs_;                     // exports and imports
};

}  // namespace squire::admin
