// What can go wrong, as values. One enum for every error a client may see; its spelling on the wire
// (code, type, HTTP status per protocol) is one row in src/wire/errors.cpp.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <utility>

namespace squire {

// Names follow the SQS service model where it has one.
enum class Errc : std::uint8_t {
  // Amazon SQS, modelled
  BatchEntryIdsNotDistinct,
  BatchRequestTooLong,
  EmptyBatchRequest,
  InvalidAddress,
  InvalidAttributeName,
  InvalidAttributeValue,
  InvalidBatchEntryId,
  InvalidMessageContents,
  OverLimit,
  PurgeQueueInProgress,
  QueueDeletedRecently,
  QueueDoesNotExist,
  QueueNameExists,
  ReceiptHandleIsInvalid,
  ResourceNotFound,
  TooManyEntriesInBatchRequest,
  UnsupportedOperation,
  // Amazon SNS, modelled, named as their codes; those that SQS spells otherwise begin
  // with Topic.
  AuthorizationError,
  EndpointDisabled,
  FilterPolicyLimitExceeded,
  InvalidParameter,
  InvalidState,
  NotFound,
  OptedOut,
  ParameterValueInvalid,
  PlatformApplicationDisabled,
  ReplayLimitExceeded,
  SubscriptionLimitExceeded,
  TagLimitExceeded,
  TopicBatchEntryIdsNotDistinct,
  TopicBatchRequestTooLong,
  TopicEmptyBatchRequest,
  TopicInvalidBatchEntryId,
  TopicLimitExceeded,
  TopicResourceNotFound,
  TopicTooManyEntriesInBatchRequest,
  UserError,
  Verification,
  ValidationError,  // a constraint of the model
  // generic, both protocols
  InvalidParameterValue,
  ReceiptHandleExpired,  // spelled InvalidParameterValue; in batches ReceiptHandleIsInvalid
  MissingParameter,
  InvalidAction,
  MissingAction,
  MalformedInput,  // HTTP or form data
  Serialization,   // JSON
  RequestTooLarge,
  // who asks, and whether he may (access)
  MissingAuthenticationToken,
  IncompleteSignature,
  InvalidClientTokenId,
  SignatureDoesNotMatch,
  RequestExpired,
  ExpiredToken,
  InvalidSecurity,
  AccessDenied,
  InternalFailure,
  ServiceUnavailable,
  RequestThrottled,
  kCount
};

// An error for a client. An empty message stands for the code's standard text.
struct Error {
  Errc code;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;

  // "The request must contain the parameter X."
  static Error missing_parameter(std::string_view parameter);
  // "Value V for parameter P is invalid. Reason: R"
  static Error invalid_parameter(std::string_view value, std::string_view parameter,
                                 std::string_view reason);
  // InvalidParameterValue with a text of its own.
  static Error invalid_parameter(std::string message);
  static Error invalid_attribute_value(std::string_view attribute);
  static Error unknown_attribute(std::string_view attribute);
  static Error queue_does_not_exist();
  // SNS's InvalidParameter: "Invalid parameter: <what>"
  static Error invalid_topic_parameter(std::string_view what);
  // "Invalid parameter: <parameter> Reason: <reason>"
  static Error invalid_topic_parameter(std::string_view parameter, std::string_view reason);
  // "<what> does not exist"
  static Error not_found(std::string_view what);
};

template <typename T>
using Result = boost::system::result<T, Error>;

// Result::value() on an error is a bug; this is what Boost calls then.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

}  // namespace squire

#define SQUIRE_CONCAT_(a, b) a##b
#define SQUIRE_CONCAT(a, b) SQUIRE_CONCAT_(a, b)
#define SQUIRE_TRY_(result, declaration, expression)        \
  auto result = (expression);                               \
  if (result.has_error()) return std::move(result).error(); \
  declaration = std::move(result).value()

// SQUIRE_TRY(const auto queue, broker.find(name)): declares `queue`, or returns the error.
#define SQUIRE_TRY(declaration, expression) \
  SQUIRE_TRY_(SQUIRE_CONCAT(try_result_, __LINE__), declaration, expression)

// SQUIRE_CHECK(validate(x)): goes on, or returns the error. For Result<void>.
#define SQUIRE_CHECK(expression) \
  if (auto check_result_ = (expression); check_result_.has_error()) return check_result_.error()
