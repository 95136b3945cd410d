#pragma once

#include <memory>

#include "squire/delivery/target.hpp"
#include "squire/engine/broker.hpp"
#include "squire/outbound/outbound.hpp"
#include "squire/sns/couriers.hpp"

namespace squire::sns {

// What brings the messages of a subscription to its endpoint, by its protocol: HTTP and HTTPS,
// Lambda, email. What is passed by reference outlives it, the subscription excepted.
std::unique_ptr<delivery::Target> make_target(engine::Broker& broker, outbound::Sender& sender,
                                              const CourierSettings& settings,
                                              std::shared_ptr<engine::Topic> topic,
                                              const engine::Subscription& subscription);

}  // namespace squire::sns
