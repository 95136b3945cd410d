#pragma once

#include <string>
#include <string_view>

#include "squire/core/error.hpp"
#include "squire/engine/broker.hpp"

// The attributes of a queue as strings: which there are, what they may say, what they say by
// default (SQS API Reference, SetQueueAttributes).
namespace squire::sqs {

using engine::StringMap;

enum class AttributeUse { Create, Set };

// Checks attributes that a client wants to set on the queue `name`, which has `current` (none if it
// is to be created). InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue.
Result<void> check_attributes(const engine::Broker& broker, const ResourceName& name,
                              const StringMap& wanted, const StringMap& current, AttributeUse use);

// What is stored after `wanted`, which was checked, was set: empty values clear, and the two kinds
// of encryption exclude each other.
void apply_attributes(StringMap& current, const StringMap& wanted);

// The name of the first attribute in `wanted` that the queue has otherwise; empty if there is none.
// Numbers compare as numbers, policies as JSON, absent ones by their defaults.
std::string first_difference(const StringMap& wanted, const engine::Queue& queue);

// All that GetQueueAttributes knows of the queue.
StringMap visible_attributes(engine::Queue& queue);

bool is_attribute_name(std::string_view name);

}  // namespace squire::sqs
