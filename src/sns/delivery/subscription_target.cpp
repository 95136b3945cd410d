#include "sns/delivery/subscription_target.hpp"

#include <algorithm>
#include <utility>

#include "sns/delivery/links.hpp"
#include "squire/core/internal_errors.hpp"

namespace squire::sns {
namespace {

using engine::ReceivedMessage;

std::string_view get(const engine::StringMap& attributes, std::string_view name) {
  const auto at = attributes.find(name);
  return at == attributes.end() ? std::string_view() : std::string_view(at->second);
}

}  // namespace

std::string_view type_of(const ReceivedMessage& message) {
  const auto& details = message.row.details;
  return details && !details->notification_type.empty()
             ? std::string_view(details->notification_type)
             : kNotification;
}

SubscriptionTarget::SubscriptionTarget(engine::Broker& broker, outbound::Sender& sender,
                                       const CourierSettings& settings,
                                       std::shared_ptr<engine::Topic> topic,
                                       const Uuid& subscription)
    : broker_(broker),
      sender_(sender),
      settings_(settings),
      topic_(std::move(topic)),
      id_(subscription) {}

delivery::Pace SubscriptionTarget::pace() {
  refresh();
  delivery::Pace pace;
  pace.attempts_max = settings_.attempts_max;
  if (policy_.receives_per_second_max) {
    pace.interval = Milliseconds(1000 / std::min(*policy_.receives_per_second_max, 1000));
  }
  return pace;
}

void SubscriptionTarget::refresh() {
  auto subscription = topic_->find(id_);
  auto topic_settings = topic_->settings();
  if (subscription == subscription_ && topic_settings == topic_settings_) return;
  subscription_ = std::move(subscription);
  topic_settings_ = std::move(topic_settings);
  if (!subscription_) return;
  const auto topic_row = topic_->row();
  policy_ = effective_policy(subscription_->protocol(), get(topic_row.attributes, "DeliveryPolicy"),
                             get(subscription_->row().attributes, "DeliveryPolicy"));
}

void SubscriptionTarget::deliver(AttemptPtr attempt) {
  const bool is_unwanted = !subscription_ || (type_of(attempt->message()) == kNotification &&
                                              !subscription_->is_confirmed());
  if (is_unwanted) return attempt->end({delivery::Outcome::Kind::Unwanted, {}});
  if (settings_.helpers && attempt->message().row.body->must_be_signed()) {
    return sign(std::move(attempt));
  }
  send(std::move(attempt));
}

// The attempt keeps this target. It must end, whatever is thrown.
void SubscriptionTarget::sign(AttemptPtr attempt) {
  settings_.helpers->post([this, attempt = std::move(attempt)] {
    const auto id = to_string(attempt->message().row.id);
    const bool is_signed = guarded(Border::Delivery, id, [&] {
      const engine::Gate::Pass pass(broker_.gate());
      broker_.sign(*attempt->message().row.body);
    });
    sender_.post([this, attempt, id, is_signed] {
      if (!is_signed) return attempt->end({delivery::Outcome::Kind::Failed, "it was not signed"});
      if (!guarded(Border::Delivery, id, [&] { deliver(attempt); })) {
        attempt->end({delivery::Outcome::Kind::Refused, "it cannot be sent"});
      }
    });
  });
}

std::optional<Milliseconds> SubscriptionTarget::retry_after(const ReceivedMessage& message) {
  refresh();
  return policy_.retry.delay_after(message.delivery.receive_count);
}

std::shared_ptr<engine::Queue> SubscriptionTarget::dead_letter_queue(
    const ReceivedMessage& message) {
  if (!subscription_ || !subscription_->dead_letter_queue() || type_of(message) != kNotification) {
    return nullptr;
  }
  return broker_.find_target(*subscription_->dead_letter_queue(), *subscription_);
}

void SubscriptionTarget::note(engine::Event::Kind kind, const ReceivedMessage& message,
                              const std::string& detail) {
  auto more = std::make_shared<engine::Event::More>();
  more->subscription = subscription_;
  more->detail = detail;
  broker_.history().add({now(),
                         kind,
                         message.delivery.receive_count,
                         message.row.id,
                         {},
                         nullptr,
                         nullptr,
                         nullptr,
                         std::move(more)});
}

std::string SubscriptionTarget::name() const {
  if (!subscription_) return {};
  return std::string(engine::protocol_name(subscription_->protocol())) + " endpoint of " +
         subscription_->arn();
}

}  // namespace squire::sns
