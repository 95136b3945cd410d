#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "squire/service/action.hpp"

namespace squire::sqs {

// "http://localhost:4566/000000000000/orders", on the host that the client itself used.
std::string queue_url(const service::Call& call, const ResourceName& name);

// The name of the queue a QueueUrl names. Any host will do; the region is the one that host or path
// say, else the caller's; a bare queue name is one of the caller's account. QueueDoesNotExist for
// what is no queue URL.
Result<ResourceName> parse_queue_url(const service::Call& call, std::string_view url);

// A request at the URL of a queue is one with that QueueUrl.
std::optional<service::PathParameter> path_parameter(std::string_view path);

// The queue itself, or QueueDoesNotExist.
Result<std::shared_ptr<engine::Queue>> find_queue(const service::Call& call, std::string_view url);

// As Call::must_move(), before the sources of a dead-letter queue are looked for among all queues.
bool must_move_to_find_sources(service::Call& call);

}  // namespace squire::sqs
