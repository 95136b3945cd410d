#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>

#include "sns/delivery_policy.hpp"
#include "squire/sns/couriers.hpp"

namespace squire::sns {

// The courier of one subscription, owned by Couriers. Sleeps in its delivery queue's line until
// there is something to bring; once the queue is closed it does nothing more. wake() and ring() may
// come from any thread, all else happens on the outbound thread.
class Courier final : public Alarm, public std::enable_shared_from_this<Courier> {
 public:
  // on_end() is called on the outbound thread when the queue is closed.
  Courier(engine::Broker& broker, service::Outbound& outbound, const CourierSettings& settings,
          std::shared_ptr<engine::Queue> queue, std::shared_ptr<engine::Topic> topic,
          const Uuid& subscription, std::function<void()> on_end);

  void wake();
  void ring() override { wake(); }

 private:
  // What stands in the queue's line: it must not keep the courier alive.
  struct Bell final : Waiter {
    explicit Bell(std::weak_ptr<Courier> courier) : courier(std::move(courier)) {}
    void notify() override {
      if (const auto alive = courier.lock()) alive->wake();
    }
    const std::weak_ptr<Courier> courier;
  };

  // Takes what is due, as far as attempts and the throttle policy allow, and sends it.
  void work();
  void attempt(engine::ReceivedMessage message);
  void send_mail(const engine::ReceivedMessage& message);
  void finish(const engine::ReceivedMessage& message, const service::OutboundResult& result);
  void retry_or_give_up(const engine::ReceivedMessage& message, const std::string& why);
  void note(engine::Event::Kind kind, const engine::ReceivedMessage& message, std::string detail);
  void give_up(const engine::ReceivedMessage& message, const std::string& why);
  std::optional<service::OutboundRequest> to_request(const engine::ReceivedMessage& message) const;
  // How many messages may be sent now; sets an alarm if there are none.
  std::size_t allowance();
  void refresh_policy();

  engine::Broker& broker_;
  service::Outbound& outbound_;
  const CourierSettings& settings_;
  const std::shared_ptr<engine::Queue> queue_;
  const std::shared_ptr<engine::Topic> topic_;
  const Uuid id_;
  const std::function<void()> on_end_;
  std::optional<engine::Queue::Seat> seat_;
  std::atomic<bool> is_scheduled_ = false;

  // Null once it is gone.
  std::shared_ptr<const engine::Subscription> subscription_;
  std::shared_ptr<const engine::TopicSettings> topic_settings_;
  DeliveryPolicy policy_;
  // Being sent. A message may turn up again while it waits for a connection.
  std::set<std::uint64_t> under_way_;
  TimePoint throttled_until_;
};

}  // namespace squire::sns
