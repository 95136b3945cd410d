#pragma once

#include <optional>
#include <string>

#include "squire/sqs/actions.hpp"

// From what a client sends to what the engine takes, and back.
namespace squire::sqs {

// Bytes that count towards the size limits: body, and names, types and values of attributes.
std::size_t size_in_bytes(const MessageInput& input);

// Whether the queue takes messages of that size; `complaint` begins what is said if not.
Result<void> check_size(const MessageInput& input, const engine::QueueSettings& settings,
                        std::string_view complaint);

// Whether the message of a FIFO queue can be told from others.
Result<void> check_has_deduplication_id(const MessageInput& input,
                                        const engine::QueueSettings& settings);

// All else SendMessage checks about one message (SQS API Reference, SendMessage), in AWS's order
// as far as known.
Result<engine::OutgoingMessage> check_message(const Call& call, const engine::Queue& queue,
                                              const engine::QueueSettings& settings,
                                              MessageInput input);

// MD5OfMessageSystemAttributes of those that the client gave itself; empty if there are none.
std::string system_attributes_digest(const MessageInput& input);

// Fills what else SendMessage answers.
void fill_result(SendResult& result, const engine::Queue& queue,
                 const engine::OutgoingMessage& message, const engine::Sent& sent);

// MD5OfMessageAttributes (Amazon SQS Developer Guide, "Message metadata"); empty if there are
// none.
std::string attributes_digest(const MessageAttributes& attributes);

// 20 digits that rise with the message's place in its queue.
std::string sequence_number(std::uint64_t sequence);

}  // namespace squire::sqs
