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

bool AdminSite::has_had_queues() const {
  if (broker_.queue_count() > 0) has_had_queues_ = true;
  return has_had_queues_;
}

bool AdminSite::has_had_topics() const {
  if (broker_.topics().count() > 0) has_had_topics_ = true;
  return has_had_topics_;
}

// A service is "available" until it is used, and "running" from then on: LocalStack loads it then,
// and health checks grep for either.
SiteReply AdminSite::localstack_health(bool is_well) const {
  const auto state = [&](bool is_used) {
    return !is_well ? "error" : is_used ? "running" : "available";
  };
  return reply_as_localstack({{"services",
                               {{"sns", state(has_had_topics())},
                                {"sqs", state(has_had_queues())},
                                {"sts", state(false)}}},
                              {"edition", "squire"},
                              {"version", settings_.version}},
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
  Json health{{"status", "ready"},
              {"version", settings_.version},
              {"services", {{"sqs", "running"}, {"sns", "running"}}}};
  // It serves all that adds nothing; who only starts it anew gains no room.
  if (broker_.env().journal.room() != engine::Room::Enough) health["disk"] = "full";
  if (const auto count = internal_errors().count(Border::Load)) {
    health["rowsSetAside"] = count;  // the log names them
  }
  return reply(health);
}

}  // namespace squire::admin
