#include "service/admin.hpp"

#include <algorithm>

#include "squire/core/iso_time.hpp"
#include "squire/service/policy_document.hpp"

namespace squire::service {
namespace {

constexpr std::int64_t kOutboxPageDefault = 100;
constexpr std::int64_t kOutboxPageMax = 1000;

AdminReply reply(unsigned status, const Json& json) {
  return {status, json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", 0};
}

AdminReply health(engine::Broker& broker, const std::string& version) {
  if (broker.env().journal.has_failed()) {
    return reply(503, {{"status", "failed"}, {"message", "The disk failed; see the log"}});
  }
  return reply(200, {{"status", "ready"}, {"version", version}});
}

Json to_json(const engine::OutboxRow& row) {
  Json attributes = Json::object();
  for (const auto& [name, attribute] : row.attributes) {
    attributes[name] = {
        {"type", attribute.type},
        {"value", attribute.is_binary() ? base64_encode(attribute.value) : attribute.value}};
  }
  return {{"number", row.number},
          {"time", to_iso_time(row.created_at)},
          {"protocol", engine::protocol_name(row.protocol)},
          {"endpoint", row.endpoint},
          {"topicArn", row.topic_arn},
          {"subscriptionArn", row.subscription_arn},
          {"messageId", to_string(row.message_id)},
          {"subject", row.subject},
          {"body", row.body},
          {"attributes", std::move(attributes)}};
}

// Nothing if the parameter is there and no number of that range.
std::optional<std::int64_t> number(const wire::Form& form, std::string_view name,
                                   std::int64_t fallback, std::int64_t max) {
  const auto* text = form.find(name);
  if (text == nullptr) return fallback;
  const auto value = parse_integer(*text);
  if (!value || *value < 0 || *value > max) return std::nullopt;
  return value;
}

// ?after=<number> goes on behind an entry, ?limit=<count>, ?protocol= and ?endpoint= choose.
AdminReply show_outbox(engine::Broker& broker, const wire::Form& form) {
  const auto after = number(form, "after", 0, std::numeric_limits<std::int64_t>::max());
  const auto limit = number(form, "limit", kOutboxPageDefault, kOutboxPageMax);
  if (!after || !limit) {
    return reply(400, {{"message", "after and limit are whole numbers; limit is at most 1000"}});
  }
  const auto* protocol = form.find("protocol");
  const auto* endpoint = form.find("endpoint");
  auto rows = broker.outbox().list(static_cast<std::uint64_t>(*after), SIZE_MAX);
  std::erase_if(rows, [&](const engine::OutboxRow& row) {
    return (protocol && *protocol != engine::protocol_name(row.protocol)) ||
           (endpoint && *endpoint != row.endpoint);
  });
  Json entries = Json::array();
  for (const auto& row : rows) {
    if (entries.size() == static_cast<std::size_t>(*limit)) break;
    entries.push_back(to_json(row));
  }
  return reply(200, {{"count", rows.size()}, {"entries", std::move(entries)}});
}

AdminReply clear_outbox(engine::Broker& broker) {
  auto cleared = reply(200, {{"status", "cleared"}});
  cleared.ticket = broker.outbox().clear();
  return cleared;
}

}  // namespace

AdminReply answer_admin(engine::Broker& broker, const std::string& version, std::string_view method,
                        std::string_view path, const wire::Form& form) {
  if (path == "/_squire/health") return health(broker, version);
  if (path == "/_squire/outbox" && method == "GET") return show_outbox(broker, form);
  if (path == "/_squire/outbox" && method == "DELETE") return clear_outbox(broker);
  if (path == "/_squire/outbox") {
    return reply(405, {{"message", "The outbox can be read (GET) and cleared (DELETE)"}});
  }
  return reply(404, {{"message", "There is nothing here. Try /_squire/health, /_squire/outbox"}});
}

}  // namespace squire::service
