#include "squire/engine/outbox.hpp"

#include <limits>

#include "admin/admin_request.hpp"

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

namespace {

// Whether an entry is of the protocol and endpoint that were asked for.
bool is_meant(const AdminRequest& asked, const engine::OutboxRow& row) {
  const auto protocol = asked.parameter("protocol");
  const auto endpoint = asked.parameter("endpoint");
  return (protocol.empty() || protocol == engine::protocol_name(row.protocol)) &&
         (endpoint.empty() || endpoint == row.endpoint);
}

}  // namespace

SiteReply show_outbox(AdminRequest& asked) {
  const auto page = read_page(asked);
  if (!page) return refuse(400, kPageRule);
  auto rows = asked.broker.store<engine::Outbox>().list(page->first,
                                                        std::numeric_limits<std::size_t>::max());
  std::erase_if(rows, [&](const engine::OutboxRow& row) { return !is_meant(asked, row); });
  Json entries = Json::array();
  for (const auto& row : rows) {
    if (entries.size() == page->count) break;
    entries.push_back(to_json(row));
  }
  Json json{{"count", rows.size()}, {"entries", std::move(entries)}};
  if (rows.size() > page->count) json["next"] = std::to_string(rows[page->count - 1].number);
  return reply(json);
}

SiteReply clear_outbox(AdminRequest& asked) {
  auto cleared = reply({{"status", "cleared"}});
  const auto removed = asked.broker.store<engine::Outbox>().remove_if(
      [&](const engine::OutboxRow& row) { return is_meant(asked, row); });
  cleared.ticket = removed.ticket;
  return cleared;
}

}  // namespace squire::admin
