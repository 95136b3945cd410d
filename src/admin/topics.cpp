#include "admin/admin_request.hpp"
#include "squire/filter/explanation.hpp"

namespace squire::admin {
namespace {

using State = engine::SubscriptionRow::State;

Json to_json(const engine::Topic& topic) {
  const auto& name = topic.name();
  const auto counts = topic.counts();
  return {{"name", name.name},
          {"arn", topic.arn()},
          {"account", name.account},
          {"region", name.region},
          {"fifo", topic.is_fifo()},
          {"subscriptions", counts.confirmed},
          {"pending", counts.pending},
          {"filterPolicies", topic.filter_policy_count()},
          {"displayName", topic.settings()->display_name},
          {"createdAt", admin::to_json(topic.row().created_at)}};
}

std::string_view state_name(State state) {
  if (state == State::Pending) return "pending";
  return state == State::Confirmed ? "confirmed" : "deleted";
}

Json to_json(const AdminRequest& asked, const engine::Subscription& subscription) {
  const auto& row = subscription.row();
  const auto get = [&](std::string_view name, std::string_view fallback) {
    const auto at = row.attributes.find(name);
    return at == row.attributes.end() ? std::string(fallback) : at->second;
  };
  const auto policy = get("FilterPolicy", "");
  const auto queue = asked.broker.find_delivery_queue(row.delivery_queue);
  const auto& dead_letters = subscription.dead_letter_queue();
  return {{"arn", subscription.arn()},
          {"protocol", engine::protocol_name(subscription.protocol())},
          {"endpoint", row.endpoint},
          {"state", state_name(row.state)},
          {"raw", subscription.is_raw()},
          {"filterPolicy", policy.empty() ? Json() : Json::parse(policy, nullptr, false)},
          {"filterPolicyScope", get("FilterPolicyScope", "MessageAttributes")},
          {"deadLetterQueue", dead_letters ? Json(to_arn("sqs", *dead_letters)) : Json()},
          {"pendingDeliveries", queue ? queue->message_count() : 0},
          {"attributes", row.attributes}};
}

SiteReply no_topic(const AdminRequest& asked) {
  return refuse(404, "There is no topic " + asked.name +
                         "; GET /_squire/topics lists them, ?account= and ?region= choose");
}

// Nothing: the members do not have the form that the API asks for.
std::optional<MessageAttributes> read_attributes(const Json& json) {
  MessageAttributes attributes;
  if (!json.is_object()) return std::nullopt;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string()) {
      attributes[name] = {"String", value.get<std::string>()};
    } else if (value.is_object() && value.value("type", Json()).is_string() &&
               value.value("value", Json()).is_string()) {
      attributes[name] = {value["type"].get<std::string>(), value["value"].get<std::string>()};
    } else {
      return std::nullopt;
    }
  }
  return attributes;
}

}  // namespace

SiteReply list_topics(AdminRequest& asked) {
  const auto page = read_page(asked);
  if (!page) return refuse(400, kPageRule);
  return reply_page(*page, "topics", find_topics(asked),
                    [](const auto& topic) { return to_json(*topic); });
}

SiteReply show_topic(AdminRequest& asked) {
  const auto topic = find_topic(asked, asked.name);
  if (!topic) return no_topic(asked);
  Json json = to_json(*topic);
  const auto row = topic->row();
  json["attributes"] = row.attributes;
  json["tags"] = row.tags;
  return reply(json);
}

SiteReply list_subscriptions(AdminRequest& asked) {
  const auto topic = find_topic(asked, asked.name);
  if (!topic) return no_topic(asked);
  const auto page = read_page(asked);
  if (!page) return refuse(400, kPageRule);
  return reply_page(*page, "subscriptions", topic->subscriptions(),
                    [&](const auto& subscription) { return to_json(asked, *subscription); });
}

SiteReply try_filter(AdminRequest& asked) {
  const auto json = service::parse_document(asked.request.body, asked.request.body.size());
  const std::string usage =
      "Send {\"policy\": {…}, \"scope\": \"MessageAttributes\" or \"MessageBody\", \"body\": "
      "\"text\", \"attributes\": {\"name\": {\"type\": \"String\", \"value\": \"text\"}}}";
  if (!json.is_object() || !json.contains("policy")) return refuse(400, usage);
  const auto scope_name = json.value("scope", Json("MessageAttributes"));
  const auto body = json.value("body", Json(""));
  const auto attributes = read_attributes(json.value("attributes", Json::object()));
  const bool is_of_body = scope_name == "MessageBody";
  if (!attributes || !body.is_string() || (!is_of_body && scope_name != "MessageAttributes")) {
    return refuse(400, usage);
  }
  const auto& policy = json["policy"];
  const auto reason = filter::explain_mismatch(
      policy.is_string() ? policy.get<std::string>() : policy.dump(),
      is_of_body ? filter::Scope::MessageBody : filter::Scope::MessageAttributes, *attributes,
      body.get<std::string>());
  if (reason.has_error()) return refuse(400, reason.error().message);
  return reply({{"matches", reason->empty()}, {"reason", *reason}});
}

}  // namespace squire::admin
