// The errors of SNS, which has no JSON protocol. Source: its service model.
#pragma once

#include <string_view>

#include "squire/core/error.hpp"
#include "squire/engine/topic/errors.hpp"

namespace squire::sns::errors {

using namespace squire::errors;
using namespace engine::topic_errors;

// clang-format off
inline constexpr ErrorRow kAuthorizationError{"AuthorizationError", "", 403, "Not authorized."};
inline constexpr ErrorRow kEndpointDisabled{"EndpointDisabled", "", 400, "Endpoint is disabled"};
inline constexpr ErrorRow kFilterPolicyLimitExceeded{"FilterPolicyLimitExceeded", "", 403, "Filter policy limit exceeded"};
inline constexpr ErrorRow kInvalidState{"InvalidState", "", 400, "Invalid state"};
inline constexpr ErrorRow kOptedOut{"OptedOut", "", 400, "The phone number has opted out."};
inline constexpr ErrorRow kParameterValueInvalid{"ParameterValueInvalid", "", 400, "A parameter value is invalid."};
inline constexpr ErrorRow kPlatformApplicationDisabled{"PlatformApplicationDisabled", "", 400, "Platform application is disabled"};
inline constexpr ErrorRow kReplayLimitExceeded{"ReplayLimitExceeded", "", 403, "Replay limit exceeded"};
inline constexpr ErrorRow kSubscriptionLimitExceeded{"SubscriptionLimitExceeded", "", 403, "Subscription limit exceeded"};
inline constexpr ErrorRow kTagLimitExceeded{"TagLimitExceeded", "", 400, "Could not complete request: tag quota of per resource exceeded"};
inline constexpr ErrorRow kBatchEntryIdsNotDistinct{"BatchEntryIdsNotDistinct", "", 400, "Two or more batch entries in the request have the same Id."};
inline constexpr ErrorRow kBatchRequestTooLong{"BatchRequestTooLong", "", 400, "The length of all the messages put together is more than the limit."};
inline constexpr ErrorRow kEmptyBatchRequest{"EmptyBatchRequest", "", 400, "The batch request doesn't contain any entries."};
inline constexpr ErrorRow kInvalidBatchEntryId{"InvalidBatchEntryId", "", 400, "The Id of a batch entry in a batch request doesn't abide by the specification."};
inline constexpr ErrorRow kResourceNotFound{"ResourceNotFound", "", 404, "Resource does not exist"};
inline constexpr ErrorRow kTooManyEntriesInBatchRequest{"TooManyEntriesInBatchRequest", "", 400, "The batch request contains more entries than permissible."};
inline constexpr ErrorRow kUserError{"UserError", "", 400, "User error"};
inline constexpr ErrorRow kVerification{"VerificationException", "", 400, "Verification failed"};
// clang-format on

// InvalidParameter: "Invalid parameter: <what>"
Error invalid_parameter(std::string_view what);
// "Invalid parameter: <parameter> Reason: <reason>"
Error invalid_parameter(std::string_view parameter, std::string_view reason);

}  // namespace squire::sns::errors
