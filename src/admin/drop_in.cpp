// What test suites made for LocalStack ask for (its "developer endpoints"), in its words.
#include <limits>

#include "admin/desk.hpp"
#include "squire/service/system_attributes.hpp"
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
  Attributes attributes;
  service::for_each_system_attribute(peeked.message, [&](const char* name, auto&& value) {
    auto text = value();
    if (!text.empty()) attributes.emplace_back(name, std::move(text));
  });
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

// A list of what was sent over one protocol, and what it calls its parts.
struct Caught {
  DeliveryProtocol protocol;
  const char* list;
  const char* endpoint;
  const char* parameter;  // asks for one endpoint
};

constexpr Caught kSms{DeliveryProtocol::Sms, "sms_messages", "PhoneNumber", "phoneNumber"};
constexpr Caught kPushes{DeliveryProtocol::Application, "platform_endpoint_messages", "TargetArn",
                         "endpointArn"};

std::string_view shown_region(const Desk& desk) {
  const auto region = desk.parameter("region");
  return region.empty() ? desk.settings.region : region;
}

// Whether an entry of the outbox is in the list, in the account and region asked for as far as it
// has one, and of the endpoint asked for.
bool is_listed(const Desk& desk, const Caught& caught, const engine::OutboxRow& row) {
  if (row.protocol != caught.protocol) return false;
  const auto endpoint = desk.parameter(caught.parameter);
  if (!endpoint.empty() && endpoint != row.endpoint) return false;
  const auto topic = parse_arn("sns", row.topic_arn);
  if (!topic) return true;
  const auto account = desk.parameter("accountId");
  return topic->region == shown_region(desk) &&
         topic->account == (account.empty() ? desk.settings.account : account);
}

SiteReply list_caught(const Desk& desk, const Caught& caught) {
  Json by_endpoint = Json::object();
  for (const auto& row : desk.broker.outbox().list(0, std::numeric_limits<std::size_t>::max())) {
    if (!is_listed(desk, caught, row)) continue;
    Json attributes = Json::object();
    for (const auto& [name, attribute] : row.attributes) {
      attributes[name] = {
          {"Type", attribute.type},
          {"Value", attribute.is_binary() ? base64_encode(attribute.value) : attribute.value}};
    }
    const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
    by_endpoint[row.endpoint].push_back({{caught.endpoint, row.endpoint},
                                         {"TopicArn", or_null(row.topic_arn)},
                                         {"SubscriptionArn", or_null(row.subscription_arn)},
                                         {"MessageId", to_string(row.message_id)},
                                         {"Message", row.body},
                                         {"MessageAttributes", std::move(attributes)},
                                         {"MessageStructure", nullptr},
                                         {"Subject", or_null(row.subject)}});
  }
  return reply({{caught.list, std::move(by_endpoint)}, {"region", shown_region(desk)}});
}

SiteReply remove_caught(Desk& desk, const Caught& caught) {
  SiteReply removed;
  removed.status = 204;
  removed.content_type = {};
  removed.ticket = desk.broker.outbox().remove_if(
      [&](const engine::OutboxRow& row) { return is_listed(desk, caught, row); });
  return removed;
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
  return list_caught(desk, kSms);
}

SiteReply remove_sms_messages(Desk& desk) {
  return remove_caught(desk, kSms);
}

SiteReply show_push_messages(Desk& desk) {
  return list_caught(desk, kPushes);
}

SiteReply remove_push_messages(Desk& desk) {
  return remove_caught(desk, kPushes);
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
