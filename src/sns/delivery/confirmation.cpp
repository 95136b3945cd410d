#include "sns/delivery/confirmation.hpp"

#include <charconv>

#include "sns/delivery/links.hpp"
#include "squire/core/text.hpp"
#include "squire/engine/outbox.hpp"

namespace squire::sns {
namespace {

using engine::DeliveryProtocol;

constexpr std::string_view kTokenPrefix = "2336412f37";  // as those of AWS begin
constexpr std::size_t kTokenBytes = 112;

std::string email_text(const service::Call& call, const engine::Subscription& subscription,
                       std::string_view type) {
  return confirmation_text(type, subscription) + "\n\n" + confirm_url(call.endpoint, subscription) +
         "\n";
}

// The message as it waits for the mail server.
engine::OutgoingMessage to_mail(engine::OutgoingMessage message, std::string_view type,
                                const std::string& subject, const std::string& body) {
  engine::Details details;
  details.notification_type = type;
  details.attributes[std::string(kMailSubject)] = {"String", subject};
  message.body = std::make_shared<const engine::Body>(body);
  message.details = std::make_shared<const engine::Details>(std::move(details));
  return message;
}

}  // namespace

std::string make_token(service::Call& call, const engine::Topic& topic) {
  std::string number;
  for (int shift = 24; shift >= 0; shift -= 8) number += static_cast<char>(topic.number() >> shift);
  return std::string(kTokenPrefix) + hex_encode(number) +
         hex_encode(call.broker.env().ids.secret(kTokenBytes - number.size()));
}

std::shared_ptr<engine::Topic> find_topic_of_token(const service::Call& call,
                                                   std::string_view token) {
  if (!token.starts_with(kTokenPrefix)) return nullptr;
  const auto digits = token.substr(kTokenPrefix.size(), 8);
  std::uint32_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return nullptr;
  return call.broker.topics().find(number);
}

void send_confirmation(service::Call& call, const engine::Subscription& subscription,
                       std::string_view type) {
  auto& broker = call.broker;
  const auto message =
      broker.renderer().render_confirmation(broker, subscription, type, call.endpoint);
  if (engine::goes_to_outbox(subscription.protocol())) {
    engine::OutboxRow row;
    row.protocol = subscription.protocol();
    row.endpoint = subscription.row().endpoint;
    row.topic_arn = to_arn("sns", subscription.topic());
    row.subscription_arn = subscription.arn();
    row.message_id = *message.id;
    row.subject = type == kSubscriptionConfirmation ? "AWS Notification - Subscription Confirmation"
                                                    : "AWS Notification - Unsubscribe Confirmation";
    row.body = row.protocol == DeliveryProtocol::Email ? email_text(call, subscription, type)
                                                       : broker.show(*message.body).text;
    const auto subject = row.subject;
    const auto body = row.body;
    call.wait_for(broker.store<engine::Outbox>().add(std::move(row)));
    if (const auto queue = broker.find_delivery_queue(subscription.row().delivery_queue)) {
      if (const auto sent = queue->send(to_mail(message, type, subject, body))) {
        call.wait_for(sent->ticket);
      }
    }
    return;
  }
  const auto queue = subscription.queue()
                         ? broker.find_target(*subscription.queue(), subscription)
                         : broker.find_delivery_queue(subscription.row().delivery_queue);
  if (!queue || queue->is_fifo()) return;
  if (const auto sent = queue->send(message)) call.wait_for(sent->ticket);
}

}  // namespace squire::sns
