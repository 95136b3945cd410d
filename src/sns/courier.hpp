#pragma once

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "sns/delivery_policy.hpp"
#include "squire/sns/couriers.hpp"

namespace squire::sns {

// The courier of one subscription, owned by Couriers. Sleeps in its delivery queue's line until
// there is something to bring; once the queue is closed it does nothing more. wake() and ring() may
// come from any thread, all else happens on the outbound thread.
class Courier final : public Alarm, public std::enable_shared_from_this<Courier> {
 public:
  // on_end() is called on the outbound thread when the queue is closed.
  Courier(engine::Broker& broker, outbound::Sender& outbound, const CourierSettings& settings,
          std::shared_ptr<engine::Queue> queue, std::shared_ptr<engine::Topic> topic,
          const Uuid& subscription, std::function<void()> on_end);

  ~Courier() override;

  // Once, before anything else.
  void start();
  void wake();
  void ring() override { wake(); }

 private:
  // What stands in the queue's line. It has the courier called on the outbound thread, and never
  // holds it itself: the last one to hold a courier ends it, which takes the queue's lock.
  class Waker;
  // A message on its way; its receives are the attempts begun.
  using Attempt = std::shared_ptr<engine::ReceivedMessage>;

  // Takes what is due, as far as attempts and the throttle policy allow, and sends it.
  void work();
  std::vector<engine::ReceivedMessage> take_due();
  void send(engine::ReceivedMessage message);
  // It gets its turn: from now on it counts.
  void begin(engine::ReceivedMessage& message);
  void send_mail(const Attempt& attempt);
  void finish(const engine::ReceivedMessage& message, const outbound::Answer& result);
  void retry_or_give_up(const engine::ReceivedMessage& message, const std::string& why);
  void note(engine::Event::Kind kind, const engine::ReceivedMessage& message, std::string detail);
  void give_up(const engine::ReceivedMessage& message, const std::string& why);
  void tell(const engine::ReceivedMessage& message, const std::string& why);
  std::optional<outbound::Request> to_request(const engine::ReceivedMessage& message) const;
  // How many messages may be sent now; sets an alarm if there are none.
  std::size_t allowance();
  void refresh_policy();

  engine::Broker& broker_;
  outbound::Sender& outbound_;
  const CourierSettings& settings_;
  const std::shared_ptr<engine::Queue> queue_;
  const std::shared_ptr<engine::Topic> topic_;
  const Uuid id_;
  const std::function<void()> on_end_;
  const std::shared_ptr<Waker> waker_;
  std::optional<engine::Queue::WaitSlot> slot_;

  // Null once it is gone.
  std::shared_ptr<const engine::Subscription> subscription_;
  std::shared_ptr<const engine::TopicSettings> topic_settings_;
  DeliveryPolicy policy_;
  // Being sent. A message may turn up again while it waits for a connection.
  std::set<std::uint64_t> under_way_;
  TimePoint throttled_until_;
  // What was given up is told once a minute, with how many there were.
  TimePoint told_at_;
  std::uint64_t untold_count_ = 0;
};

}  // namespace squire::sns
