// What was sent over SNS, as test suites made for LocalStack ask for it.
#include <limits>

#include "admin/admin_request.hpp"
#include "squire/engine/outbox.hpp"

namespace squire::admin {
namespace {

using engine::DeliveryProtocol;

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

std::string_view shown_region(const AdminRequest& asked) {
  const auto region = asked.parameter("region");
  return region.empty() ? asked.settings.region : region;
}

// Whether an entry of the outbox is in the list, in the account and region asked for as far as it
// has one, and of the endpoint asked for.
bool is_listed(const AdminRequest& asked, const Caught& caught, const engine::OutboxRow& row) {
  if (row.protocol != caught.protocol) return false;
  const auto endpoint = asked.parameter(caught.parameter);
  if (!endpoint.empty() && endpoint != row.endpoint) return false;
  const auto topic = parse_arn("sns", row.topic_arn);
  if (!topic) return true;
  const auto account = asked.parameter("accountId");
  return topic->region == shown_region(asked) &&
         topic->account == (account.empty() ? asked.settings.account : account);
}

SiteReply list_caught(const AdminRequest& asked, const Caught& caught) {
  Json by_endpoint = Json::object();
  for (const auto& row :
       asked.broker.store<engine::Outbox>().list(0, std::numeric_limits<std::size_t>::max())) {
    if (!is_listed(asked, caught, row)) continue;
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
  return reply_as_localstack(
      {{caught.list, std::move(by_endpoint)}, {"region", shown_region(asked)}});
}

SiteReply remove_caught(AdminRequest& asked, const Caught& caught) {
  SiteReply removed;
  removed.status = 204;
  removed.content_type = {};
  removed.ticket =
      asked.broker.store<engine::Outbox>()
          .remove_if([&](const engine::OutboxRow& row) { return is_listed(asked, caught, row); })
          .ticket;
  return removed;
}

}  // namespace

SiteReply show_sms_messages(AdminRequest& asked) {
  return list_caught(asked, kSms);
}

SiteReply remove_sms_messages(AdminRequest& asked) {
  return remove_caught(asked, kSms);
}

SiteReply show_push_messages(AdminRequest& asked) {
  return list_caught(asked, kPushes);
}

SiteReply remove_push_messages(AdminRequest& asked) {
  return remove_caught(asked, kPushes);
}

SiteReply show_subscription_token(AdminRequest& asked) {
  const auto arn = parse_arn("sns", asked.name.substr(0, asked.name.rfind(':')));
  const auto topic = arn ? asked.broker.topics().find(*arn) : nullptr;
  const auto id = parse_uuid(asked.name.substr(asked.name.rfind(':') + 1));
  const auto subscription = topic && id ? topic->find(*id) : nullptr;
  if (!subscription || subscription->row().token.empty()) {
    return refuse(404, "There is no subscription of that ARN that was sent a token");
  }
  return reply_as_localstack({{"subscription_token", subscription->row().token},
                              {"subscription_arn", subscription->arn()}});
}

}  // namespace squire::admin
