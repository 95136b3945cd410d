#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sns/delivery/delivery_policy.hpp"
#include "squire/delivery/target.hpp"
#include "squire/engine/broker.hpp"
#include "squire/outbound/outbound.hpp"
#include "squire/sns/couriers.hpp"

namespace squire::sns {

using AttemptPtr = std::shared_ptr<delivery::Attempt>;

// The endpoint of one subscription, whatever its protocol: who may get what, how fast, and when
// again (SNS Developer Guide, "Message delivery retries").
class SubscriptionTarget : public delivery::Target {
 public:
  // What is passed by reference outlives it.
  SubscriptionTarget(engine::Broker& broker, outbound::Sender& sender,
                     const CourierSettings& settings, std::shared_ptr<engine::Topic> topic,
                     const Uuid& subscription);

  delivery::Pace pace() final;
  void deliver(AttemptPtr attempt) final;
  std::optional<Milliseconds> retry_after(const engine::ReceivedMessage& message) override;
  std::shared_ptr<engine::Queue> dead_letter_queue(const engine::ReceivedMessage& message) final;
  void note(engine::Event::Kind kind, const engine::ReceivedMessage& message,
            const std::string& detail) final;
  std::string name() const final;

 protected:
  // Subscription and message want each other.
  virtual void send(AttemptPtr attempt) = 0;

  // What the endpoint gets, signed.
  std::string text_of(const engine::ReceivedMessage& message) const {
    return broker_.show(*message.row.body).text;
  }
  TimePoint now() const { return broker_.env().clock.now(); }
  outbound::Sender& sender() const { return sender_; }
  const CourierSettings& settings() const { return settings_; }
  const engine::Topic& topic() const { return *topic_; }
  // Null once it is gone; never in send().
  const engine::Subscription* subscription() const { return subscription_.get(); }
  const DeliveryPolicy& policy() const { return policy_; }

 private:
  void refresh();
  // Has the message signed elsewhere, and then delivers it.
  void sign(AttemptPtr attempt);

  engine::Broker& broker_;
  outbound::Sender& sender_;
  const CourierSettings& settings_;
  const std::shared_ptr<engine::Topic> topic_;
  const Uuid id_;
  std::shared_ptr<const engine::Subscription> subscription_;
  std::shared_ptr<const engine::TopicSettings> topic_settings_;
  DeliveryPolicy policy_;
};

// What a message says it is: a notification, or one of the confirmations.
std::string_view type_of(const engine::ReceivedMessage& message);

}  // namespace squire::sns
