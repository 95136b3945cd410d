// What a queue answers that cannot do what is asked: rows of the table of the service of queues.
#pragma once

#include "squire/core/error.hpp"

namespace squire::engine::queue_errors {

// clang-format off
inline constexpr ErrorRow kOverLimit{"OverLimit", "#OverLimit", 403, "Too many messages in flight."};
inline constexpr ErrorRow kPurgeQueueInProgress{"AWS.SimpleQueueService.PurgeQueueInProgress", "#PurgeQueueInProgress", 403, "Only one PurgeQueue operation is allowed every 60 seconds."};
inline constexpr ErrorRow kQueueDeletedRecently{"AWS.SimpleQueueService.QueueDeletedRecently", "#QueueDeletedRecently", 400, "You must wait 60 seconds after deleting a queue before you can create another with the same name."};
inline constexpr ErrorRow kQueueDoesNotExist{"AWS.SimpleQueueService.NonExistentQueue", "#QueueDoesNotExist", 400, "The specified queue does not exist.", "The specified queue does not exist for this wsdl version."};
// In batches it is told as kReceiptHandleIsInvalid.
inline constexpr ErrorRow kReceiptHandleExpired{"InvalidParameterValue", "com.amazon.coral.service#InvalidParameterValueException", 400, "The receipt handle has expired"};
inline constexpr ErrorRow kReceiptHandleIsInvalid{"ReceiptHandleIsInvalid", "#ReceiptHandleIsInvalid", 404, "The input receipt handle is invalid."};
inline constexpr ErrorRow kResourceNotFound{"ResourceNotFoundException", "#ResourceNotFoundException", 404, "One or more specified resources don't exist."};
inline constexpr ErrorRow kUnsupportedOperation{"AWS.SimpleQueueService.UnsupportedOperation", "#UnsupportedOperation", 400, "Unsupported operation."};
// clang-format on

}  // namespace squire::engine::queue_errors
