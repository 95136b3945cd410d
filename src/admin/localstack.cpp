// What health checks, tools and test suites made for LocalStack ask it about itself, in its words.
#include <filesystem>

#include "admin/admin_request.hpp"
#include "squire/core/ascii.hpp"
#include "squire/core/iso_time.hpp"

namespace squire::admin {
namespace {

constexpr std::string_view kReady = "READY";

// The stages of a start in their order, and whether this one has come so far.
Json stages(const AdminRequest& asked) {
  return {{"BOOT", true}, {"START", true}, {kReady, asked.is_ready()}, {"SHUTDOWN", false}};
}

std::string_view state_name(InitState state) {
  switch (state) {
    case InitState::Unknown:
      return "UNKNOWN";
    case InitState::Running:
      return "RUNNING";
    case InitState::Successful:
      return "SUCCESSFUL";
    case InitState::Error:
      return "ERROR";
  }
  return "UNKNOWN";
}

// All that runs scripts here is the end of the start.
Json scripts(const AdminRequest& asked) {
  Json list = Json::array();
  for (const auto& [script, state] : asked.init_scripts()) {
    list.push_back({{"stage", kReady}, {"name", script}, {"state", state_name(state)}});
  }
  return list;
}

bool is_in_container() {
  std::error_code ignored;
  return std::filesystem::exists("/.dockerenv", ignored) ||
         std::filesystem::exists("/run/.containerenv", ignored);
}

// Compact JSON with spaces behind commas and colons.
std::string with_spaces(std::string_view json) {
  std::string out;
  bool is_in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    out += json[i];
    if (is_in_text && json[i] == '\\') {
      out += json[++i];
    } else if (json[i] == '"') {
      is_in_text = !is_in_text;
    } else if (!is_in_text && (json[i] == ',' || json[i] == ':')) {
      out += ' ';
    }
  }
  return out;
}

}  // namespace

SiteReply reply_as_localstack(const Json& json, unsigned status) {
  auto answered = reply(json, status);
  answered.body = with_spaces(answered.body);
  return answered;
}

SiteReply command_localstack(AdminRequest& asked) {
  const auto json = service::parse_document(asked.request.body, asked.request.body.size());
  if (!json.is_object() || json.value("action", Json()) != Json("restart")) {
    return refuse(400,
                  "What can be asked for here is {\"action\": \"restart\"}, which deletes "
                  "everything; a SIGTERM to its process stops the broker");
  }
  auto answered = reset(asked);
  answered.content_type = "text/plain; charset=utf-8";
  answered.body = "ok";
  return answered;
}

SiteReply show_localstack_info(AdminRequest& asked) {
  const TimePoint now = asked.now();
  const auto& session = asked.settings.session_id;
  return reply_as_localstack({{"version", asked.settings.version},
                              {"edition", "squire"},
                              {"is_license_activated", false},
                              {"session_id", session},
                              {"machine_id", session.substr(0, 8)},
                              {"system", "linux"},
                              {"is_docker", is_in_container()},
                              {"server_time_utc", to_iso_time(now).substr(0, 19)},
                              {"uptime", (now - asked.started_at()).count() / 1000}});
}

SiteReply show_init(AdminRequest& asked) {
  return reply_as_localstack({{"completed", stages(asked)}, {"scripts", scripts(asked)}});
}

SiteReply show_init_stage(AdminRequest& asked) {
  const auto stage = to_upper(asked.name);
  const auto all = stages(asked);
  if (!all.contains(stage)) {
    return refuse(404, "There is no such stage; there are boot, start, ready and shutdown");
  }
  return reply_as_localstack(
      {{"completed", all[stage]}, {"scripts", stage == kReady ? scripts(asked) : Json::array()}});
}

}  // namespace squire::admin
