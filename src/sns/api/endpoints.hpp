#pragma once

#include <string>

#include "squire/engine/broker.hpp"
#include "squire/service/call.hpp"

namespace squire::sns {

// Whether the text can be an endpoint of that protocol (SNS API Reference, Subscribe);
// InvalidParameter with the protocol's own text if not.
Result<void> check_endpoint(service::Call& call, engine::DeliveryProtocol protocol,
                            const std::string& endpoint);

// Whether queues of that type, and nothing else, can be subscribed to the topic.
Result<void> check_topic_type(const engine::Topic& topic, engine::DeliveryProtocol protocol,
                              const std::string& endpoint);

// Whether the endpoint belongs to the caller, so that he need not confirm.
bool is_owned(const service::Call& call, engine::DeliveryProtocol protocol,
              const std::string& endpoint);

}  // namespace squire::sns
