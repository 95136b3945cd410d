// How the daemon is. Asked by the thread that accepts connections, whatever the others do: nothing
// here may take a lock of the engine's, or wait.
#include "admin/admin_request.hpp"
#include "squire/core/heartbeat.hpp"
#include "squire/core/internal_errors.hpp"
#include "squire/service/request_path.hpp"

namespace squire::admin {
namespace {

SiteReply fail(std::string_view message) {
  return reply({{"status", "failed"}, {"message", message}}, 503);
}

SiteReply tell_stuck(const std::vector<Pulse>& stuck) {
  Json threads = Json::array();
  for (const auto& pulse : stuck) {
    threads.push_back({{"name", pulse.name},
                       {"silentSeconds", std::chrono::floor<Seconds>(pulse.silent_for).count()}});
  }
  return reply({{"status", "stuck"},
                {"message", stuck.front().name + " does not come round"},
                {"threads", std::move(threads)}},
               503);
}

}  // namespace

bool AdminSite::was_used(std::size_t service) const {
  const auto is_used = settings_.services[service]->is_used;
  if (is_used && is_used(broker_)) were_used_[service] = true;
  return were_used_[service];
}

// A service is "available" until it is used, and "running" from then on: LocalStack loads it then,
// and health checks grep for either.
SiteReply AdminSite::localstack_health(bool is_well) const {
  Json states = Json::object();
  for (std::size_t i = 0; i < settings_.services.size(); ++i) {
    states[std::string(settings_.services[i]->name)] = !is_well      ? "error"
                                                       : was_used(i) ? "running"
                                                                     : "available";
  }
  return reply_as_localstack(
      {{"services", std::move(states)}, {"edition", "squire"}, {"version", settings_.version}},
      is_well ? 200 : 503);
}

SiteReply AdminSite::health(std::string_view path) const {
  const bool has_failed = broker_.env().journal.has_failed();
  const auto stuck = heartbeats().stuck();
  if (path == service::kLocalstackHealth) {
    return localstack_health(!has_failed && !is_data_lost_ && stuck.empty());
  }
  if (has_failed) return fail("The disk failed; see the log");
  if (is_data_lost_) return fail("The data directory's squire.db is gone; nothing can be kept");
  if (!stuck.empty()) return tell_stuck(stuck);
  if (!is_ready_) return reply({{"status", "starting"}, {"version", settings_.version}}, 503);
  Json health{{"status", "ready"}, {"version", settings_.version}};
  for (const auto* service : settings_.services) {
    health["services"][std::string(service->name)] = "running";
  }
  // It serves all that adds nothing; who only starts it anew gains no room.
  if (broker_.env().journal.room() != engine::Room::Enough) health["disk"] = "full";
  if (const auto count = internal_errors().count(Border::Load)) {
    health["rowsSetAside"] = count;  // the log names them
  }
  return reply(health);
}

}  // namespace squire::admin
