#pragma once

#include <string>
#include <string_view>

#include "squire/engine/topic/topic.hpp"
#include "squire/sns/topic_actions.hpp"

// The attributes of topics: which there are, what they may say, how they are shown (SNS API
// Reference, SetTopicAttributes).
namespace squire::sns {

enum class AttributeUse { Create, Set };

// InvalidParameter for an attribute that cannot be given there, or not with that value.
Result<void> check_topic_attribute(std::string_view name, const std::string& value, bool is_fifo,
                                   AttributeUse use);

// The attributes as they are kept: without those whose value says nothing.
void set_topic_attribute(engine::TopicRow& row, std::string_view name, std::string value,
                         TimePoint now);

// The first of these attributes that the topic has otherwise; empty if there is none.
std::string first_difference(const StringMap& attributes, const engine::TopicRow& row);

// What GetTopicAttributes shows.
StringMap show_topic_attributes(const engine::Topic& topic, TimePoint now);

// The policy of a topic whose owner has set none.
std::string default_policy(const ResourceName& topic);

inline constexpr std::size_t kPolicyBytesMax = 30'720;

}  // namespace squire::sns
