// What can go wrong, as values. A service has a table of the errors that its clients may see, each
// a row; the generic ones, which any service may answer, stand here.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace squire {

// How one thing that can go wrong is told on the wire.
struct ErrorRow {
  std::string_view code;  // in XML, in x-amzn-query-error, and in results of batches
  std::string_view type;  // in JSON; behind a '#' alone: in the namespace of the service's model
  unsigned status;        // HTTP
  std::string_view text;  // said if the error has no message of its own
  std::string_view query_text = {};  // likewise in Query, if it is another

  constexpr bool is_sender_fault() const { return status < 500; }
};

// A reference to a row, which is a constant; equal to others to the same row.
class Errc {
 public:
  constexpr Errc(const ErrorRow& row) : row_(&row) {}  // NOLINT(google-explicit-constructor)
  Errc(ErrorRow&&) = delete;

  constexpr const ErrorRow* operator->() const { return row_; }
  friend constexpr bool operator==(Errc, Errc) = default;

 private:
  const ErrorRow* row_;
};

// Those of every service: "Common Errors" of their API references. In the namespace `errors` of a
// service stand its own, beside these.
namespace errors {

// clang-format off
inline constexpr ErrorRow kValidationError{"ValidationError", "", 400, "A constraint of the request is not met."};
inline constexpr ErrorRow kInvalidParameterValue{"InvalidParameterValue", "com.amazon.coral.service#InvalidParameterValueException", 400, "A parameter value is invalid."};
inline constexpr ErrorRow kMissingParameter{"MissingParameter", "com.amazon.coral.service#MissingRequiredParameterException", 400, "A required parameter is missing."};
inline constexpr ErrorRow kInvalidAction{"InvalidAction", "com.amazon.coral.service#UnknownOperationException", 400, "The action is not valid for this endpoint."};
inline constexpr ErrorRow kMissingAction{"MissingAction", "com.amazon.coral.service#UnknownOperationException", 400, "The request must contain an action"};
inline constexpr ErrorRow kMalformedInput{"MalformedQueryString", "com.amazon.coral.service#MalformedQueryStringException", 400, "The request is malformed."};
inline constexpr ErrorRow kSerialization{"SerializationException", "com.amazon.coral.service#SerializationException", 400, "The request is malformed."};
inline constexpr ErrorRow kRequestTooLarge{"RequestEntityTooLarge", "com.amazon.coral.service#RequestEntityTooLargeException", 413, "The request is too large."};
inline constexpr ErrorRow kMissingAuthenticationToken{"MissingAuthenticationToken", "com.amazon.coral.service#MissingAuthenticationTokenException", 403, "Request is missing Authentication Token"};
inline constexpr ErrorRow kIncompleteSignature{"IncompleteSignature", "com.amazon.coral.service#IncompleteSignatureException", 400, "The request signature does not conform to AWS standards."};
inline constexpr ErrorRow kInvalidClientTokenId{"InvalidClientTokenId", "com.amazon.coral.service#UnrecognizedClientException", 403, "The security token included in the request is invalid."};
inline constexpr ErrorRow kSignatureDoesNotMatch{"SignatureDoesNotMatch", "com.amazon.coral.service#InvalidSignatureException", 403, "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."};
inline constexpr ErrorRow kRequestExpired{"RequestExpired", "com.amazon.coral.service#RequestExpiredException", 400, "Request has expired."};
inline constexpr ErrorRow kExpiredToken{"ExpiredToken", "com.amazon.coral.service#ExpiredTokenException", 403, "The security token included in the request is expired"};
inline constexpr ErrorRow kInvalidSecurity{"InvalidSecurity", "#InvalidSecurity", 403, "The request is not signed with Signature Version 4."};
inline constexpr ErrorRow kAccessDenied{"AccessDenied", "com.amazon.coral.service#AccessDeniedException", 403, "Access to the resource is denied."};
inline constexpr ErrorRow kInternalFailure{"InternalFailure", "com.amazon.coral.service#InternalFailure", 500, "The request processing has failed because of an unknown error."};
inline constexpr ErrorRow kServiceUnavailable{"ServiceUnavailable", "com.amazon.coral.service#ServiceUnavailableException", 503, "The request has failed due to a temporary failure of the server."};
inline constexpr ErrorRow kRequestThrottled{"RequestThrottled", "#RequestThrottled", 403, "Request is throttled."};
// clang-format on

}  // namespace errors

// An error for a client. An empty message stands for the row's text.
struct Error {
  Errc code = errors::kInternalFailure;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;

  // "The request must contain the parameter X."
  static Error missing_parameter(std::string_view parameter);
  // "Value V for parameter P is invalid. Reason: R"
  static Error invalid_parameter(std::string_view value, std::string_view parameter,
                                 std::string_view reason);
  // InvalidParameterValue with a text of its own.
  static Error invalid_parameter(std::string message);
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
