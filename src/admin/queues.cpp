#include <algorithm>

#include "admin/admin_request.hpp"

namespace squire::admin {
namespace {

using engine::MessageState;

constexpr std::size_t kBodyMax = 65'536;  // bytes of a message's text in a list

struct Reported {
  std::shared_ptr<engine::Queue> queue;
  engine::QueueReport report;
};

double age_in_seconds(TimePoint now, TimePoint since) {
  return static_cast<double>((now - since).count()) / 1000;
}

Json to_json(const AdminRequest& asked, const engine::Queue& queue,
             const engine::QueueReport& report) {
  const auto settings = queue.settings();
  const auto& name = queue.name();
  const auto& redrive = settings->redrive;
  return {
      {"name", name.name},
      {"arn", queue.arn()},
      {"url", asked.queue_url(name)},
      {"account", name.account},
      {"region", name.region},
      {"fifo", queue.is_fifo()},
      {"visible", report.counts.visible},
      {"inFlight", report.counts.in_flight},
      {"delayed", report.counts.delayed},
      {"oldestAgeSeconds",
       report.oldest_sent_at ? Json(age_in_seconds(asked.now(), *report.oldest_sent_at)) : Json()},
      {"sent", report.totals.sent},
      {"received", report.totals.received},
      {"deleted", report.totals.deleted},
      {"sentPerSecond", report.rates.sent},
      {"receivedPerSecond", report.rates.received},
      {"deletedPerSecond", report.rates.deleted},
      {"deadLetterQueue", redrive ? Json(to_arn("sqs", redrive->dead_letter_queue)) : Json()},
      {"maxReceiveCount", redrive ? Json(redrive->receive_count_max) : Json()},
      {"createdAt", admin::to_json(queue.row().created_at)}};
}

// How `sort` orders queues: the highest first. Null: by name, as they are.
using Rank = double (*)(const engine::QueueReport&);
std::optional<Rank> find_rank(std::string_view sort) {
  if (sort.empty() || sort == "name") return nullptr;
  if (sort == "visible") return [](const auto& report) { return double(report.counts.visible); };
  if (sort == "inFlight") return [](const auto& report) { return double(report.counts.in_flight); };
  if (sort == "rate") {
    return [](const auto& report) { return report.rates.sent + report.rates.received; };
  }
  if (sort == "oldest") {
    return [](const engine::QueueReport& report) {
      return report.oldest_sent_at ? -double(report.oldest_sent_at->time_since_epoch().count())
                                   : std::numeric_limits<double>::lowest();
    };
  }
  return std::nullopt;
}

Json subscriptions_of(const AdminRequest& asked, const engine::Queue& queue) {
  Json list = Json::array();
  for (const auto& topic : asked.broker.topics().all()) {
    const auto found = topic->find(engine::DeliveryProtocol::Sqs, queue.arn());
    if (found) list.push_back({{"subscriptionArn", found->arn()}, {"topicArn", topic->arn()}});
  }
  return list;
}

std::string_view state_name(MessageState state) {
  if (state == MessageState::InFlight) return "inFlight";
  return state == MessageState::Visible ? "visible" : "delayed";
}

// Nothing inside: all states. Nothing: no such state.
std::optional<std::optional<MessageState>> find_state(std::string_view name) {
  if (name.empty()) return std::optional<MessageState>();
  for (const auto state : {MessageState::Visible, MessageState::InFlight, MessageState::Delayed}) {
    if (state_name(state) == name) return state;
  }
  return std::nullopt;
}

// The text, or its beginning: a list of a thousand bodies of a MiB helps nobody.
std::string shown_text(const std::string& text) {
  if (text.size() <= kBodyMax) return text;
  std::size_t end = kBodyMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

Json to_json(engine::Broker& broker, const engine::PeekedMessage& peeked,
             const engine::ClientPtr& receiver) {
  const auto& [row, delivery] = peeked.message;
  const bool is_in_flight = peeked.state == MessageState::InFlight;
  std::string body = row.body->signature() ? shown_text(broker.show(*row.body).text)
                                           : shown_text(row.body->text());
  static const engine::Details kNone;
  const auto& details = row.details ? *row.details : kNone;
  return {{"messageId", to_string(row.id)},
          {"state", state_name(peeked.state)},
          {"sequence", row.key.sequence},
          {"sentAt", admin::to_json(row.sent_at)},
          {"visibleAt",
           peeked.state == MessageState::Visible ? Json() : admin::to_json(delivery.visible_at)},
          {"receiver", is_in_flight ? admin::to_json(receiver) : Json()},
          {"receiveCount", delivery.receive_count},
          {"firstReceivedAt", admin::to_json(delivery.first_received_at)},
          {"bodyBytes", row.body->size()},
          {"body", std::move(body)},
          {"attributes", admin::to_json(details.attributes)},
          {"groupId", details.group_id},
          {"deduplicationId", details.deduplication_id},
          {"traceHeader", details.trace_header},
          {"deadLetterSource", details.dead_letter_source}};
}

SiteReply no_queue(const AdminRequest& asked) {
  return refuse(404, "There is no queue " + asked.name +
                         "; GET /_squire/queues lists them, ?account= and ?region= choose");
}

}  // namespace

SiteReply list_queues(AdminRequest& asked) {
  const auto page = read_page(asked);
  const auto rank = find_rank(asked.parameter("sort"));
  if (!page || !rank) {
    return refuse(400,
                  std::string(kPageRule) + ", sort is name, visible, inFlight, oldest or rate");
  }
  const auto queues = find_queues(asked);
  if (*rank == nullptr) {
    return reply_page(*page, "queues", queues,
                      [&](const auto& queue) { return to_json(asked, *queue, queue->report()); });
  }
  std::vector<Reported> reported;
  reported.reserve(queues.size());
  for (const auto& queue : queues) reported.push_back({queue, queue->report()});
  std::stable_sort(reported.begin(), reported.end(), [&](const auto& a, const auto& b) {
    return (*rank)(a.report) > (*rank)(b.report);
  });
  return reply_page(*page, "queues", reported,
                    [&](const Reported& one) { return to_json(asked, *one.queue, one.report); });
}

SiteReply show_queue(AdminRequest& asked) {
  const auto queue = find_queue(asked, asked.name);
  if (!queue) return no_queue(asked);
  Json json = to_json(asked, *queue, queue->report());
  const auto row = queue->row();
  json["attributes"] = row.attributes;
  json["tags"] = row.tags;
  json["deadLetterSources"] = Json::array();
  for (const auto& source : asked.broker.dead_letter_sources(queue->name())) {
    json["deadLetterSources"].push_back(source->arn());
  }
  json["subscriptions"] = subscriptions_of(asked, *queue);
  return reply(json);
}

SiteReply peek_messages(AdminRequest& asked) {
  const auto queue = find_queue(asked, asked.name);
  if (!queue) return no_queue(asked);
  const auto page = read_page(asked);
  const auto state = find_state(asked.parameter("state"));
  if (!page || !state) {
    return refuse(400, std::string(kPageRule) + ", state is visible, inFlight or delayed");
  }
  const auto counts = queue->counts();
  const auto peeked = queue->peek({*state, page->first, page->count});
  std::vector<Uuid> ids;
  for (const auto& one : peeked.messages) ids.push_back(one.message.row.id);
  std::unordered_map<Uuid, engine::ClientPtr, UuidHash> receivers;  // the last one counts
  for (const auto& event : asked.broker.history().find(engine::Event::Kind::Received, ids)) {
    receivers[event.message] = event.client;
  }
  Json messages = Json::array();
  for (const auto& one : peeked.messages) {
    messages.push_back(to_json(asked.broker, one, receivers[one.message.row.id]));
  }
  const auto count = !*state ? counts.visible + counts.in_flight + counts.delayed
                     : **state == MessageState::Visible ? counts.visible
                     : **state == MessageState::Delayed ? counts.delayed
                                                        : counts.in_flight;
  Json json{{"count", count}, {"messages", std::move(messages)}};
  if (peeked.next) json["next"] = std::to_string(*peeked.next);
  return reply(json);
}

}  // namespace squire::admin
