#include "squire/sns/couriers.hpp"

#include <unordered_map>

#include "sns/courier.hpp"
#include "squire/core/mutex.hpp"

namespace squire::sns {

class Couriers::State : public std::enable_shared_from_this<State> {
 public:
  State(engine::Broker& broker, outbound::Sender& outbound, CourierSettings settings)
      : broker(broker), outbound_(outbound), settings_(std::move(settings)) {}

  void add(const engine::Subscription& subscription) {
    auto queue = broker.find_delivery_queue(subscription.row().delivery_queue);
    auto topic = broker.topics().find(subscription.topic());
    if (!queue || !topic) return;
    std::shared_ptr<Courier> earlier;  // ends after the lock: it leaves its queue's line
    const auto courier = std::make_shared<Courier>(broker, outbound_, settings_, queue,
                                                   std::move(topic), subscription.row().id,
                                                   [weak = weak_from_this(), ended = queue.get()] {
                                                     if (const auto self = weak.lock())
                                                       self->remove(ended);
                                                   });
    {
      Lock lock(mutex_);
      auto& place = couriers_[queue.get()];
      earlier = std::exchange(place, courier);
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

  outbound::Sender& outbound_;
  const CourierSettings settings_;
  Mutex mutex_{LockRank::Leaf};
  // By the queue, which its courier keeps alive: an import makes another one for the same
  // subscription while this one may still have to learn that it is over.
  std::unordered_map<const engine::Queue*, std::shared_ptr<Courier>> couriers_ GUARDED_BY(mutex_);
};

Couriers::Couriers(engine::Broker& broker, outbound::Sender& outbound, CourierSettings settings)
    : state_(std::make_shared<State>(broker, outbound, std::move(settings))) {}

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
