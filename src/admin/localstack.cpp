// What health checks, tools and test suites made for LocalStack ask it about itself, in its words.
#include <algorithm>
#include <filesystem>

#include "admin/desk.hpp"
#include "squire/core/iso_time.hpp"

namespace squire::admin {
namespace {

constexpr std::string_view kReady = "READY";

// The stages of a start in their order, and whether this one has come so far.
Json stages(const Desk& desk) {
  return {{"BOOT", true}, {"START", true}, {kReady, desk.is_ready()}, {"SHUTDOWN", false}};
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
Json scripts(const Desk& desk) {
  Json list = Json::array();
  for (const auto& [script, state] : desk.init_scripts()) {
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

SiteReply command_localstack(Desk& desk) {
  const auto json = service::parse_document(desk.request.body, desk.request.body.size());
  if (!json.is_object() || json.value("action", Json()) != Json("restart")) {
    return refuse(400,
                  "What can be asked for here is {\"action\": \"restart\"}, which deletes "
                  "everything; a SIGTERM to its process stops the broker");
  }
  auto answered = reset(desk);
  answered.content_type = "text/plain; charset=utf-8";
  answered.body = "ok";
  return answered;
}

SiteReply show_localstack_info(Desk& desk) {
  const TimePoint now = desk.now();
  const auto& session = desk.settings.session_id;
  return reply_as_localstack({{"version", desk.settings.version},
                              {"edition", "squire"},
                              {"is_license_activated", false},
                              {"session_id", session},
                              {"machine_id", session.substr(0, 8)},
                              {"system", "linux"},
                              {"is_docker", is_in_container()},
                              {"server_time_utc", to_iso_time(now).substr(0, 19)},
                              {"uptime", (now - desk.started_at()).count() / 1000}});
}

SiteReply show_init(Desk& desk) {
  return reply_as_localstack({{"completed", stages(desk)}, {"scripts", scripts(desk)}});
}

SiteReply show_init_stage(Desk& desk) {
  std::string stage = desk.name;
  std::transform(stage.begin(), stage.end(), stage.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  const auto all = stages(desk);
  if (!all.contains(stage)) {
    return refuse(404, "There is no such stage; there are boot, start, ready and shutdown");
  }
  return reply_as_localstack(
      {{"completed", all[stage]}, {"scripts", stage == kReady ? scripts(desk) : Json::array()}});
}

}  // namespace squire::admin
