#include "squire/sns/couriers.hpp"

#include <unordered_map>
#include <utility>

#include "sns/delivery/endpoint_targets.hpp"
#include "squire/core/mutex.hpp"
#include "squire/delivery/pump.hpp"

namespace squire::sns {

class Couriers::State : public std::enable_shared_from_this<State> {
 public:
  State(engine::Broker& broker, outbound::Sender& sender, CourierSettings settings)
      : broker(broker), sender_(sender), settings_(std::move(settings)) {}

  void add(const engine::Subscription& subscription) {
    auto queue = broker.find_delivery_queue(subscription.row().delivery_queue);
    auto topic = broker.topics().find(subscription.topic());
    if (!queue || !topic) return;
    const auto on_end = [weak = weak_from_this(), ended = queue.get()] {
      if (const auto self = weak.lock()) self->remove(ended);
    };
    const auto courier = std::make_shared<delivery::Pump>(
        broker, sender_, queue,
        make_target(broker, sender_, settings_, std::move(topic), subscription),
        delivery::PumpListener{settings_.on_failure, on_end});
    std::shared_ptr<delivery::Pump> earlier;  // ends after the lock: it leaves its queue's line
    {
      Lock lock(mutex_);
      earlier = std::exchange(couriers_[queue.get()], courier);
    }
    courier->start();
  }

  engine::Broker& broker;

 private:
  void remove(const engine::Queue* queue) {
    decltype(couriers_)::node_type ended;  // after the lock: it leaves its queue's line
    Lock lock(mutex_);
    ended = couriers_.extract(queue);
  }

  outbound::Sender& sender_;
  const CourierSettings settings_;
  Mutex mutex_{LockRank::Leaf};
  // By the queue, which its courier keeps alive: an import makes another one for the same
  // subscription while this one may still have to learn that it is over.
  std::unordered_map<const engine::Queue*, std::shared_ptr<delivery::Pump>> couriers_
      GUARDED_BY(mutex_);
};

Couriers::Couriers(engine::Broker& broker, outbound::Sender& sender, CourierSettings settings)
    : state_(std::make_shared<State>(broker, sender, std::move(settings))) {}

Couriers::~Couriers() {
  state_->broker.topics().on_delivery_queue(nullptr);
}

void Couriers::start() {
  state_->broker.topics().on_delivery_queue(
      [state = state_](const std::shared_ptr<const engine::Subscription>& subscription) {
        state->add(*subscription);
      });
}

}  // namespace squire::sns
