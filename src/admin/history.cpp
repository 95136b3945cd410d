// Where did my message go?
#include "admin/admin_request.hpp"
#include "squire/filter/explanation.hpp"

namespace squire::admin {
namespace {

using engine::Event;

// Subscriptions of one publication whose silence is explained.
constexpr std::size_t kExplainedMax = 200;

Json to_json(const Event& event) {
  Json json{
      {"time", admin::to_json(event.at)},
      {"event", engine::event_name(event.kind)},
      {"messageId", event.kind == Event::Kind::Purged ? Json() : Json(to_string(event.message))},
      {"originId", event.origin == Uuid{} ? Json() : Json(to_string(event.origin))},
      {"queue", nullptr},
      {"topic", nullptr},
      {"subscription", nullptr},
      {"by", admin::to_json(event.client)},
      {"receiveCount", event.receive_count},
      {"detail", event.more ? event.more->detail : std::string()}};
  if (event.place)
    json[event.place->starts_with("arn:aws:sns:") ? "topic" : "queue"] = *event.place;
  if (event.more && event.more->subscription) {
    const auto& subscription = *event.more->subscription;
    json["subscription"] = subscription.arn();
    json["topic"] = to_arn("sns", subscription.topic());
    json["endpoint"] = subscription.row().endpoint;
  }
  return json;
}

// Why this subscription got nothing; empty if it did, or if that was told by itself.
std::string why_silent(const Event& published, const engine::Subscription& subscription) {
  if (!subscription.is_confirmed()) return "the subscription is not confirmed";
  if (!subscription.filter()) return {};
  static const MessageAttributes kNone;
  const auto& attributes = subscription.row().attributes;
  const auto policy = attributes.find("FilterPolicy");
  if (policy == attributes.end()) return {};
  auto reason = filter::explain_mismatch(policy->second, subscription.filter()->scope(),
                                         published.details ? published.details->attributes : kNone,
                                         published.more->text->text());
  return reason.has_value() && !reason->empty() ? "filter policy: " + *reason : std::string();
}

void explain_silence(const Event& published, Json& events) {
  if (!published.more->audience) return;
  std::size_t explained_count = 0;
  for (const auto& subscription : *published.more->audience) {
    auto why = why_silent(published, *subscription);
    if (why.empty()) continue;
    if (++explained_count > kExplainedMax) return;
    Event silent = published;
    silent.kind = Event::Kind::NotDelivered;
    silent.client = nullptr;
    auto more = std::make_shared<Event::More>();
    more->subscription = subscription;
    more->detail = std::move(why);
    silent.more = std::move(more);
    events.push_back(to_json(silent));
  }
}

Json to_json(const std::vector<Event>& events) {
  Json json = Json::array();
  for (const auto& event : events) {
    json.push_back(to_json(event));
    if (event.kind == Event::Kind::Published && event.more) explain_silence(event, json);
  }
  return json;
}

// What the endpoint said at the last attempt, by message.
using Answers = std::unordered_map<Uuid, std::string, UuidHash>;

Answers last_answers(const AdminRequest& asked, const engine::Subscription& subscription,
                     std::span<const engine::PeekedMessage> pending) {
  std::vector<Uuid> ids;
  for (const auto& one : pending) ids.push_back(one.message.row.id);
  Answers answers;
  for (const auto& event : asked.broker.history().find(Event::Kind::AttemptFailed, ids)) {
    if (event.more->subscription && event.more->subscription->row().id == subscription.row().id) {
      answers[event.message] = event.more->detail;
    }
  }
  return answers;
}

Json to_json(const engine::Subscription& subscription, const engine::PeekedMessage& pending,
             const std::string& last_answer) {
  const auto& [row, delivery] = pending.message;
  return {{"messageId", to_string(row.id)},
          {"subscription", subscription.arn()},
          {"topic", to_arn("sns", subscription.topic())},
          {"protocol", engine::protocol_name(subscription.protocol())},
          {"endpoint", subscription.row().endpoint},
          {"attempts", delivery.receive_count},
          {"nextAttemptAt", pending.state == engine::MessageState::Visible
                                ? Json()
                                : admin::to_json(delivery.visible_at)},
          {"lastAnswer", last_answer}};
}

}  // namespace

SiteReply show_message(AdminRequest& asked) {
  const auto id = parse_uuid(asked.name);
  if (!id) return refuse(400, "A message id looks like 5fea7756-0ea4-451a-a703-a558b933e274");
  const auto events = asked.broker.history().find(*id);
  if (events.empty()) {
    return refuse(404,
                  "Nothing is known of that message: it never was here, or it was before "
                  "everything that the history still holds (history_bytes_max)");
  }
  return reply({{"messageId", to_string(*id)}, {"events", to_json(events)}});
}

SiteReply find_messages(AdminRequest& asked) {
  const auto trace = asked.parameter("trace");
  if (trace.empty()) {
    return refuse(400, "Ask for /_squire/messages/<message id>, or ?trace=<AWSTraceHeader>");
  }
  return reply({{"events", to_json(asked.broker.history().find_trace(trace))}});
}

SiteReply list_deliveries(AdminRequest& asked) {
  const auto page = read_page(asked);
  if (!page) return refuse(400, kPageRule);
  const auto wanted = asked.parameter("subscription");
  std::size_t count = 0;
  Json deliveries = Json::array();
  for (const auto& topic : find_topics(asked)) {
    for (const auto& subscription : topic->subscriptions()) {
      const auto queue = asked.broker.find_delivery_queue(subscription->row().delivery_queue);
      if (!queue || (!wanted.empty() && subscription->arn() != wanted)) continue;
      const auto pending_count = queue->message_count();
      const auto skipped =
          std::min<std::size_t>(pending_count, page->first > count ? page->first - count : 0);
      count += pending_count;
      if (deliveries.size() >= page->count || skipped == pending_count) continue;
      const auto peeked = queue->peek({{}, 0, skipped + page->count - deliveries.size()});
      const auto shown =
          std::span(peeked.messages).subspan(std::min(skipped, peeked.messages.size()));
      auto answers = last_answers(asked, *subscription, shown);
      for (const auto& pending : shown) {
        deliveries.push_back(to_json(*subscription, pending, answers[pending.message.row.id]));
      }
    }
  }
  const std::size_t end = page->first + deliveries.size();
  Json json{{"count", count}, {"deliveries", std::move(deliveries)}};
  if (end < count) json["next"] = std::to_string(end);
  return reply(json);
}

}  // namespace squire::admin
