// The errors of SQS. Source: its service model, and the SQS API Reference.
#pragma once

#include <string_view>

#include "squire/core/error.hpp"
#include "squire/engine/queue/errors.hpp"

namespace squire::sqs::errors {

using namespace squire::errors;
using namespace engine::queue_errors;

// clang-format off
inline constexpr ErrorRow kBatchEntryIdsNotDistinct{"AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "#BatchEntryIdsNotDistinct", 400, "Two or more batch entries in the request have the same Id."};
inline constexpr ErrorRow kBatchRequestTooLong{"AWS.SimpleQueueService.BatchRequestTooLong", "#BatchRequestTooLong", 400, "The length of all the messages put together is more than the limit."};
inline constexpr ErrorRow kEmptyBatchRequest{"AWS.SimpleQueueService.EmptyBatchRequest", "#EmptyBatchRequest", 400, "The batch request doesn't contain any entries."};
inline constexpr ErrorRow kInvalidAddress{"InvalidAddress", "#InvalidAddress", 404, "The specified ID is invalid."};
inline constexpr ErrorRow kInvalidAttributeName{"InvalidAttributeName", "#InvalidAttributeName", 400, "The specified attribute doesn't exist."};
inline constexpr ErrorRow kInvalidAttributeValue{"InvalidAttributeValue", "#InvalidAttributeValue", 400, "A queue attribute value is invalid."};
inline constexpr ErrorRow kInvalidBatchEntryId{"AWS.SimpleQueueService.InvalidBatchEntryId", "#InvalidBatchEntryId", 400, "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."};
inline constexpr ErrorRow kInvalidMessageContents{"InvalidMessageContents", "#InvalidMessageContents", 400, "The message contains characters outside the allowed set."};
inline constexpr ErrorRow kQueueNameExists{"QueueAlreadyExists", "#QueueNameExists", 400, "A queue already exists with the same name and a different value for an attribute"};
inline constexpr ErrorRow kTooManyEntriesInBatchRequest{"AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "#TooManyEntriesInBatchRequest", 400, "The batch request contains more entries than permissible."};
// clang-format on

Error invalid_attribute_value(std::string_view attribute);
Error unknown_attribute(std::string_view attribute);

}  // namespace squire::sqs::errors
