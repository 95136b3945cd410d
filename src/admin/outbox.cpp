#include <limits>

#include "admin/desk.hpp"

namespace squire::admin {

Json to_json(const engine::OutboxRow& row) {
  return {{"number", row.number},
          {"time", to_json(row.created_at)},
          {"protocol", engine::protocol_name(row.protocol)},
          {"endpoint", row.endpoint},
          {"topicArn", row.topic_arn},
          {"subscriptionArn", row.subscription_arn},
          {"messageId", to_string(row.message_id)},
          {"subject", row.subject},
          {"body", row.body},
          {"attributes", to_json(row.attributes)}};
}

SiteReply show_outbox(Desk& desk) {
  const auto page = read_page(desk);
  if (!page) return refuse(400, "after and limit are whole numbers; limit is 1 to 1000");
  const auto protocol = desk.parameter("protocol");
  const auto endpoint = desk.parameter("endpoint");
  auto rows = desk.broker.outbox().list(page->first, std::numeric_limits<std::size_t>::max());
  std::erase_if(rows, [&](const engine::OutboxRow& row) {
    return (!protocol.empty() && protocol != engine::protocol_name(row.protocol)) ||
           (!endpoint.empty() && endpoint != row.endpoint);
  });
  Json entries = Json::array();
  for (const auto& row : rows) {
    if (entries.size() == page->count) break;
    entries.push_back(to_json(row));
  }
  Json json{{"count", rows.size()}, {"entries", std::move(entries)}};
  if (rows.size() > page->count) json["next"] = std::to_string(rows[page->count - 1].number);
  return reply(json);
}

SiteReply clear_outbox(Desk& desk) {
  auto cleared = reply({{"status", "cleared"}});
  cleared.ticket = desk.broker.outbox().clear();
  return cleared;
}

}  // namespace squire::admin
