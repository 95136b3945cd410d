#include "squire/sns/couriers.hpp"

#include <unordered_map>

#include "sns/courier.hpp"
#include "squire/core/mutex.hpp"

namespace squire::sns {

class Couriers::State : public std::enable_shared_from_this<State> {
 public:
  State(engine::Broker& broker, service::Outbound& outbound, CourierSettings settings)
      : broker(broker), outbound_(outbound), settings_(std::move(settings)) {}

  void add(const engine::Subscription& subscription) {
    auto queue = broker.find_delivery_queue(subscription.row().delivery_queue);
    auto topic = broker.topics().find(subscription.topic());
    if (!queue || !topic) return;
    const Uuid id = subscription.row().id;
    const auto courier =
        std::make_shared<Courier>(broker, outbound_, settings_, std::move(queue), std::move(topic),
                                  id, [weak = weak_from_this(), id] {
                                    if (const auto self = weak.lock()) self->remove(id);
                                  });
    {
      Lock lock(mutex_);
      couriers_.insert_or_assign(id, courier);
    }
    courier->wake();
  }

  engine::Broker& broker;

 private:
  void remove(const Uuid& id) {
    Lock lock(mutex_);
    couriers_.erase(id);
  }

  service::Outbound& outbound_;
  const CourierSettings settings_;
  Mutex mutex_;
  std::unordered_map<Uuid, std::shared_ptr<Courier>, UuidHash> couriers_ GUARDED_BY(mutex_);
};

Couriers::Couriers(engine::Broker& broker, service::Outbound& outbound, CourierSettings settings)
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
