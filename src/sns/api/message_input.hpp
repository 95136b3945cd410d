#pragma once

#include "squire/engine/topic/publication.hpp"
#include "squire/sns/topic_actions.hpp"

// Messages on their way in: what a client may publish (SNS API Reference, Publish).
namespace squire::sns {

inline constexpr std::size_t kMessageBytesMax = 262'144;

// What counts towards the limit of a message, or of a batch.
std::size_t size_in_bytes(const MessageInput& input);

// Of a JSON structure whose `default` is needed and not there.
Error missing_default();

// The message as far as it does not depend on the topic it goes to: attributes, subject, texts.
// Moves message and attributes out of the input. The text for all is null if a JSON structure has
// none, which only some targets take.
Result<engine::Publication> check_message(const Call& call, MessageInput& input);

// The text for all, and group and deduplication id, whose rules depend on the type of the topic.
Result<void> check_for_topic_type(const engine::Topic& topic, const MessageInput& input,
                                  engine::Publication& publication);

}  // namespace squire::sns
