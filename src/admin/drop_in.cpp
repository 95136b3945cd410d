// What test suites made for LocalStack ask for (its "developer endpoints"), in its words.
#include <limits>

#include "admin/desk.hpp"
#include "squire/wire/xml.hpp"

namespace squire::admin {
namespace {

using engine::DeliveryProtocol;
using engine::MessageState;

constexpr std::size_t kPeekMax = 1000;
// Nobody received these messages, so there is nothing to delete them with.
constexpr std::string_view kNoReceipt = "SQS/BACKDOOR/ACCESS";

// The last two parts of a queue's URL, and the region if it says one.
std::shared_ptr<engine::Queue> find_by_url(const Desk& desk, std::string_view url) {
  const auto slash = url.rfind('/');
  if (slash == std::string_view::npos) return nullptr;
  const auto account_at = url.substr(0, slash).rfind('/');
  const auto account = url.substr(account_at + 1, slash - account_at - 1);
  const auto region = desk.parameter("region");
  const std::string name(url.substr(slash + 1));
  for (const auto& queue : desk.broker.all_queues()) {
    const auto& known = queue->name();
    if (known.name == name && known.account == account &&
        (known.region == region || (region.empty() && (known.region == desk.settings.region ||
                                                       url.find(known.region) != url.npos)))) {
      return queue;
    }
  }
  return nullptr;
}

using Attributes = std::vector<std::pair<std::string, std::string>>;

Attributes system_attributes(const engine::PeekedMessage& peeked) {
  const auto& [row, delivery] = peeked.message;
  const auto milliseconds = [](TimePoint time) {
    return std::to_string(time.time_since_epoch().count());
  };
  const auto digits = std::to_string(row.sender_account);
  Attributes attributes{
      {"SenderId", std::string(12 - std::min<std::size_t>(12, digits.size()), '0') + digits},
      {"SentTimestamp", milliseconds(row.sent_at)},
      {"ApproximateReceiveCount", std::to_string(delivery.receive_count)}};
  if (delivery.receive_count > 0) {
    attributes.emplace_back("ApproximateFirstReceiveTimestamp",
                            milliseconds(delivery.first_received_at));
  }
  if (!row.details) return attributes;
  const auto add = [&](std::string name, const std::string& value) {
    if (!value.empty()) attributes.emplace_back(std::move(name), value);
  };
  add("MessageGroupId", row.details->group_id);
  add("MessageDeduplicationId", row.details->deduplication_id);
  add("AWSTraceHeader", row.details->trace_header);
  add("DeadLetterQueueSourceArn", row.details->dead_letter_source);
  return attributes;
}

void add_element(std::string& out, std::string_view name, std::string_view text) {
  out.append("<").append(name).append(">");
  wire::write_xml_text(out, text);
  out.append("</").append(name).append(">");
}

std::string to_xml(const std::vector<engine::PeekedMessage>& messages) {
  std::string out =
      "<?xml version=\"1.0\"?>\n<ReceiveMessageResponse "
      "xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><ReceiveMessageResult>";
  for (const auto& peeked : messages) {
    const auto& row = peeked.message.row;
    out += "<Message>";
    add_element(out, "MessageId", to_string(row.id));
    add_element(out, "ReceiptHandle", kNoReceipt);
    add_element(out, "MD5OfBody", to_hex(row.body->digest));
    add_element(out, "Body", row.body->text);
    for (const auto& [name, value] : system_attributes(peeked)) {
      out += "<Attribute>";
      add_element(out, "Name", name);
      add_element(out, "Value", value);
      out += "</Attribute>";
    }
    out += "</Message>";
  }
  return out + "</ReceiveMessageResult></ReceiveMessageResponse>";
}

Json to_json(const std::vector<engine::PeekedMessage>& messages) {
  Json list = Json::array();
  for (const auto& peeked : messages) {
    const auto& row = peeked.message.row;
    Json attributes = Json::array();
    for (const auto& [name, value] : system_attributes(peeked)) {
      attributes.push_back({{"Name", name}, {"Value", value}});
    }
    list.push_back({{"MessageId", to_string(row.id)},
                    {"ReceiptHandle", kNoReceipt},
                    {"MD5OfBody", to_hex(row.body->digest)},
                    {"Body", row.body->text},
                    {"Attribute", std::move(attributes)}});
  }
  return {{"ReceiveMessageResponse", {{"ReceiveMessageResult", {{"Message", std::move(list)}}}}}};
}

// Entries of the outbox by endpoint, in the account and region asked for as far as they have one.
Json caught_messages(const Desk& desk, std::string_view list_name, DeliveryProtocol protocol,
                     std::string_view endpoint_name, std::string_view wanted) {
  const auto region = desk.parameter("region");
  const auto account = desk.parameter("accountId");
  const std::string shown_region(region.empty() ? desk.settings.region : region);
  const std::string shown_account(account.empty() ? desk.settings.account : account);
  Json by_endpoint = Json::object();
  for (const auto& row : desk.broker.outbox().list(0, std::numeric_limits<std::size_t>::max())) {
    const auto topic = parse_arn("sns", row.topic_arn);
    if (row.protocol != protocol || (!wanted.empty() && wanted != row.endpoint) ||
        (topic && (topic->region != shown_region || topic->account != shown_account))) {
      continue;
    }
    Json attributes = Json::object();
    for (const auto& [name, attribute] : row.attributes) {
      attributes[name] = {
          {"Type", attribute.type},
          {"Value", attribute.is_binary() ? base64_encode(attribute.value) : attribute.value}};
    }
    const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
    by_endpoint[row.endpoint].push_back({{std::string(endpoint_name), row.endpoint},
                                         {"TopicArn", or_null(row.topic_arn)},
                                         {"SubscriptionArn", or_null(row.subscription_arn)},
                                         {"MessageId", to_string(row.message_id)},
                                         {"Message", row.body},
                                         {"MessageAttributes", std::move(attributes)},
                                         {"MessageStructure", nullptr},
                                         {"Subject", or_null(row.subject)}});
  }
  return {{std::string(list_name), std::move(by_endpoint)}, {"region", shown_region}};
}

}  // namespace

SiteReply peek_as_localstack(Desk& desk) {
  wire::Form form;
  if (form.parse(desk.request.body).has_error()) return refuse(400, "The form is malformed");
  auto url = desk.parameter("QueueUrl");
  if (const auto* posted = form.find("QueueUrl"); posted && url.empty()) url = *posted;
  const auto queue = find_by_url(desk, url);
  if (!queue) return refuse(404, "There is no queue of that QueueUrl");
  auto messages = queue->peek({{}, 0, kPeekMax}).messages;
  std::erase_if(messages, [&](const engine::PeekedMessage& peeked) {
    return (peeked.state == MessageState::InFlight && desk.parameter("ShowInvisible") != "true") ||
           (peeked.state == MessageState::Delayed && desk.parameter("ShowDelayed") != "true");
  });
  if (desk.request.accept.find("json") != std::string_view::npos) return reply(to_json(messages));
  SiteReply answered;
  answered.content_type = "text/xml";
  answered.body = to_xml(messages);
  return answered;
}

SiteReply show_sms_messages(Desk& desk) {
  return reply(caught_messages(desk, "sms_messages", DeliveryProtocol::Sms, "PhoneNumber",
                               desk.parameter("phoneNumber")));
}

SiteReply show_push_messages(Desk& desk) {
  return reply(caught_messages(desk, "platform_endpoint_messages", DeliveryProtocol::Application,
                               "TargetArn", desk.parameter("endpointArn")));
}

SiteReply show_subscription_token(Desk& desk) {
  const auto arn = parse_arn("sns", desk.name.substr(0, desk.name.rfind(':')));
  const auto topic = arn ? desk.broker.topics().find(*arn) : nullptr;
  const auto id = parse_uuid(desk.name.substr(desk.name.rfind(':') + 1));
  const auto subscription = topic && id ? topic->find(*id) : nullptr;
  if (!subscription || subscription->row().token.empty()) {
    return refuse(404, "There is no subscription of that ARN that was sent a token");
  }
  return reply({{"subscription_token", subscription->row().token},
                {"subscription_arn", subscription->arn()}});
}

}  // namespace squire::admin
