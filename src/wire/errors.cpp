#include "squire/wire/errors.hpp"

#include <array>

#include "squire/wire/json.hpp"
#include "squire/wire/xml.hpp"

namespace squire::wire {
namespace {

// clang-format off
constexpr std::array kSpellings = {
    ErrorSpelling{Errc::BatchEntryIdsNotDistinct, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "com.amazonaws.sqs#BatchEntryIdsNotDistinct", 400, "Two or more batch entries in the request have the same Id.", ""},
    ErrorSpelling{Errc::BatchRequestTooLong, "AWS.SimpleQueueService.BatchRequestTooLong", "com.amazonaws.sqs#BatchRequestTooLong", 400, "The length of all the messages put together is more than the limit.", ""},
    ErrorSpelling{Errc::EmptyBatchRequest, "AWS.SimpleQueueService.EmptyBatchRequest", "com.amazonaws.sqs#EmptyBatchRequest", 400, "The batch request doesn't contain any entries.", ""},
    ErrorSpelling{Errc::InvalidAddress, "InvalidAddress", "com.amazonaws.sqs#InvalidAddress", 404, "The specified ID is invalid.", ""},
    ErrorSpelling{Errc::InvalidAttributeName, "InvalidAttributeName", "com.amazonaws.sqs#InvalidAttributeName", 400, "The specified attribute doesn't exist.", ""},
    ErrorSpelling{Errc::InvalidAttributeValue, "InvalidAttributeValue", "com.amazonaws.sqs#InvalidAttributeValue", 400, "A queue attribute value is invalid.", ""},
    ErrorSpelling{Errc::InvalidBatchEntryId, "AWS.SimpleQueueService.InvalidBatchEntryId", "com.amazonaws.sqs#InvalidBatchEntryId", 400, "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.", ""},
    ErrorSpelling{Errc::InvalidMessageContents, "InvalidMessageContents", "com.amazonaws.sqs#InvalidMessageContents", 400, "The message contains characters outside the allowed set.", ""},
    ErrorSpelling{Errc::OverLimit, "OverLimit", "com.amazonaws.sqs#OverLimit", 403, "Too many messages in flight.", ""},
    ErrorSpelling{Errc::PurgeQueueInProgress, "AWS.SimpleQueueService.PurgeQueueInProgress", "com.amazonaws.sqs#PurgeQueueInProgress", 403, "Only one PurgeQueue operation is allowed every 60 seconds.", ""},
    ErrorSpelling{Errc::QueueDeletedRecently, "AWS.SimpleQueueService.QueueDeletedRecently", "com.amazonaws.sqs#QueueDeletedRecently", 400, "You must wait 60 seconds after deleting a queue before you can create another with the same name.", ""},
    ErrorSpelling{Errc::QueueDoesNotExist, "AWS.SimpleQueueService.NonExistentQueue", "com.amazonaws.sqs#QueueDoesNotExist", 400, "The specified queue does not exist.", "The specified queue does not exist for this wsdl version."},
    ErrorSpelling{Errc::QueueNameExists, "QueueAlreadyExists", "com.amazonaws.sqs#QueueNameExists", 400, "A queue already exists with the same name and a different value for an attribute", ""},
    ErrorSpelling{Errc::ReceiptHandleIsInvalid, "ReceiptHandleIsInvalid", "com.amazonaws.sqs#ReceiptHandleIsInvalid", 404, "The input receipt handle is invalid.", ""},
    ErrorSpelling{Errc::ResourceNotFound, "ResourceNotFoundException", "com.amazonaws.sqs#ResourceNotFoundException", 404, "One or more specified resources don't exist.", ""},
    ErrorSpelling{Errc::TooManyEntriesInBatchRequest, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "com.amazonaws.sqs#TooManyEntriesInBatchRequest", 400, "The batch request contains more entries than permissible.", ""},
    ErrorSpelling{Errc::UnsupportedOperation, "AWS.SimpleQueueService.UnsupportedOperation", "com.amazonaws.sqs#UnsupportedOperation", 400, "Unsupported operation.", ""},
    ErrorSpelling{Errc::AuthorizationError, "AuthorizationError", "", 403, "Not authorized.", ""},
    ErrorSpelling{Errc::EndpointDisabled, "EndpointDisabled", "", 400, "Endpoint is disabled", ""},
    ErrorSpelling{Errc::FilterPolicyLimitExceeded, "FilterPolicyLimitExceeded", "", 403, "Filter policy limit exceeded", ""},
    ErrorSpelling{Errc::InvalidParameter, "InvalidParameter", "", 400, "Invalid parameter", ""},
    ErrorSpelling{Errc::InvalidState, "InvalidState", "", 400, "Invalid state", ""},
    ErrorSpelling{Errc::NotFound, "NotFound", "", 404, "The resource does not exist", ""},
    ErrorSpelling{Errc::OptedOut, "OptedOut", "", 400, "The phone number has opted out.", ""},
    ErrorSpelling{Errc::ParameterValueInvalid, "ParameterValueInvalid", "", 400, "A parameter value is invalid.", ""},
    ErrorSpelling{Errc::PlatformApplicationDisabled, "PlatformApplicationDisabled", "", 400, "Platform application is disabled", ""},
    ErrorSpelling{Errc::ReplayLimitExceeded, "ReplayLimitExceeded", "", 403, "Replay limit exceeded", ""},
    ErrorSpelling{Errc::SubscriptionLimitExceeded, "SubscriptionLimitExceeded", "", 403, "Subscription limit exceeded", ""},
    ErrorSpelling{Errc::TagLimitExceeded, "TagLimitExceeded", "", 400, "Could not complete request: tag quota of per resource exceeded", ""},
    ErrorSpelling{Errc::TopicBatchEntryIdsNotDistinct, "BatchEntryIdsNotDistinct", "", 400, "Two or more batch entries in the request have the same Id.", ""},
    ErrorSpelling{Errc::TopicBatchRequestTooLong, "BatchRequestTooLong", "", 400, "The length of all the messages put together is more than the limit.", ""},
    ErrorSpelling{Errc::TopicEmptyBatchRequest, "EmptyBatchRequest", "", 400, "The batch request doesn't contain any entries.", ""},
    ErrorSpelling{Errc::TopicInvalidBatchEntryId, "InvalidBatchEntryId", "", 400, "The Id of a batch entry in a batch request doesn't abide by the specification.", ""},
    ErrorSpelling{Errc::TopicLimitExceeded, "TopicLimitExceeded", "", 403, "Topic limit exceeded", ""},
    ErrorSpelling{Errc::TopicResourceNotFound, "ResourceNotFound", "", 404, "Resource does not exist", ""},
    ErrorSpelling{Errc::TopicTooManyEntriesInBatchRequest, "TooManyEntriesInBatchRequest", "", 400, "The batch request contains more entries than permissible.", ""},
    ErrorSpelling{Errc::UserError, "UserError", "", 400, "User error", ""},
    ErrorSpelling{Errc::Verification, "VerificationException", "", 400, "Verification failed", ""},
    ErrorSpelling{Errc::ValidationError, "ValidationError", "", 400, "A constraint of the request is not met.", ""},
    ErrorSpelling{Errc::InvalidParameterValue, "InvalidParameterValue", "com.amazon.coral.service#InvalidParameterValueException", 400, "A parameter value is invalid.", ""},
    ErrorSpelling{Errc::ReceiptHandleExpired, "InvalidParameterValue", "com.amazon.coral.service#InvalidParameterValueException", 400, "The receipt handle has expired", ""},
    ErrorSpelling{Errc::MissingParameter, "MissingParameter", "com.amazon.coral.service#MissingRequiredParameterException", 400, "A required parameter is missing.", ""},
    ErrorSpelling{Errc::InvalidAction, "InvalidAction", "com.amazon.coral.service#UnknownOperationException", 400, "The action is not valid for this endpoint.", ""},
    ErrorSpelling{Errc::MissingAction, "MissingAction", "com.amazon.coral.service#UnknownOperationException", 400, "The request must contain an action", ""},
    ErrorSpelling{Errc::MalformedInput, "MalformedQueryString", "com.amazon.coral.service#MalformedQueryStringException", 400, "The request is malformed.", ""},
    ErrorSpelling{Errc::Serialization, "SerializationException", "com.amazon.coral.service#SerializationException", 400, "The request is malformed.", ""},
    ErrorSpelling{Errc::RequestTooLarge, "RequestEntityTooLarge", "com.amazon.coral.service#RequestEntityTooLargeException", 413, "The request is too large.", ""},
    ErrorSpelling{Errc::MissingAuthenticationToken, "MissingAuthenticationToken", "com.amazon.coral.service#MissingAuthenticationTokenException", 403, "Request is missing Authentication Token", ""},
    ErrorSpelling{Errc::IncompleteSignature, "IncompleteSignature", "com.amazon.coral.service#IncompleteSignatureException", 400, "The request signature does not conform to AWS standards.", ""},
    ErrorSpelling{Errc::InvalidClientTokenId, "InvalidClientTokenId", "com.amazon.coral.service#UnrecognizedClientException", 403, "The security token included in the request is invalid.", ""},
    ErrorSpelling{Errc::SignatureDoesNotMatch, "SignatureDoesNotMatch", "com.amazon.coral.service#InvalidSignatureException", 403, "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.", ""},
    ErrorSpelling{Errc::RequestExpired, "RequestExpired", "com.amazon.coral.service#RequestExpiredException", 400, "Request has expired.", ""},
    ErrorSpelling{Errc::ExpiredToken, "ExpiredToken", "com.amazon.coral.service#ExpiredTokenException", 403, "The security token included in the request is expired", ""},
    ErrorSpelling{Errc::InvalidSecurity, "InvalidSecurity", "com.amazonaws.sqs#InvalidSecurity", 403, "The request is not signed with Signature Version 4.", ""},
    ErrorSpelling{Errc::AccessDenied, "AccessDenied", "com.amazon.coral.service#AccessDeniedException", 403, "Access to the resource is denied.", ""},
    ErrorSpelling{Errc::InternalFailure, "InternalFailure", "com.amazon.coral.service#InternalFailure", 500, "The request processing has failed because of an unknown error.", ""},
    ErrorSpelling{Errc::ServiceUnavailable, "ServiceUnavailable", "com.amazon.coral.service#ServiceUnavailableException", 503, "The request has failed due to a temporary failure of the server.", ""},
    ErrorSpelling{Errc::RequestThrottled, "RequestThrottled", "com.amazonaws.sqs#RequestThrottled", 403, "Request is throttled.", ""},
};
// clang-format on

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kSpellings.size(); ++i) {
    if (static_cast<std::size_t>(kSpellings[i].code) != i) return false;
  }
  return kSpellings.size() == static_cast<std::size_t>(Errc::kCount);
}
static_assert(is_in_order(), "one row per Errc, in its order");

}  // namespace

const ErrorSpelling& spelling(Errc code) {
  return kSpellings[static_cast<std::size_t>(code)];
}

std::string_view error_text(const Error& error, Protocol protocol) {
  // A message may quote input that is no text (lone surrogates); the answer must be.
  if (!error.message.empty() && is_utf8(error.message)) return error.message;
  const auto& row = spelling(error.code);
  return protocol == Protocol::Query && !row.query_text.empty() ? row.query_text : row.json_text;
}

std::string encode_json_error(const Error& error) {
  std::string out = R"({"__type":")";
  out += spelling(error.code).json_type;
  out += R"(","message":)";
  write_json_string(out, error_text(error, Protocol::Json));
  out += '}';
  return out;
}

std::string encode_xml_error(const Error& error, const XmlErrorStyle& style,
                             std::string_view request_id) {
  const auto& row = spelling(error.code);
  std::string out = "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"";
  out += style.xml_namespace;
  out += "\"><Error><Type>";
  out += row.is_sender_fault() ? "Sender" : "Receiver";
  out += "</Type><Code>";
  out += row.query_code;
  out += "</Code><Message>";
  write_xml_text(out, error_text(error, Protocol::Query));
  out += style.has_detail ? "</Message><Detail/></Error>" : "</Message></Error>";
  out += "<RequestId>";
  out += request_id;
  out += "</RequestId></ErrorResponse>";
  return out;
}

}  // namespace squire::wire
