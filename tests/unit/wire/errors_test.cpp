#include "squire/wire/errors.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "squire/sns/errors.hpp"
#include "squire/sqs/errors.hpp"
#include "support/xml_tree.hpp"

namespace squire::test {
namespace {

// What the reference says, sections 2.4 (generic errors) and 2.5 (modelled ones).
struct Row {
  std::string query_code;
  std::string json_type;
  unsigned status;
};

const std::string kQueue = "AWS.SimpleQueueService.";
const std::string kModelled = "com.amazonaws.sqs#";
const std::string kGeneric = "com.amazon.coral.service#";

struct Case {
  Errc code;
  Row row;
};

const std::vector<Case> kReference = {
    {sqs::errors::kBatchEntryIdsNotDistinct,
     {kQueue + "BatchEntryIdsNotDistinct", kModelled + "BatchEntryIdsNotDistinct", 400}},
    {sqs::errors::kBatchRequestTooLong,
     {kQueue + "BatchRequestTooLong", kModelled + "BatchRequestTooLong", 400}},
    {sqs::errors::kEmptyBatchRequest,
     {kQueue + "EmptyBatchRequest", kModelled + "EmptyBatchRequest", 400}},
    {sqs::errors::kInvalidAddress, {"InvalidAddress", kModelled + "InvalidAddress", 404}},
    {sqs::errors::kInvalidAttributeName,
     {"InvalidAttributeName", kModelled + "InvalidAttributeName", 400}},
    {sqs::errors::kInvalidAttributeValue,
     {"InvalidAttributeValue", kModelled + "InvalidAttributeValue", 400}},
    {sqs::errors::kInvalidBatchEntryId,
     {kQueue + "InvalidBatchEntryId", kModelled + "InvalidBatchEntryId", 400}},
    {sqs::errors::kInvalidMessageContents,
     {"InvalidMessageContents", kModelled + "InvalidMessageContents", 400}},
    {sqs::errors::kOverLimit, {"OverLimit", kModelled + "OverLimit", 403}},
    {sqs::errors::kPurgeQueueInProgress,
     {kQueue + "PurgeQueueInProgress", kModelled + "PurgeQueueInProgress", 403}},
    {sqs::errors::kQueueDeletedRecently,
     {kQueue + "QueueDeletedRecently", kModelled + "QueueDeletedRecently", 400}},
    {sqs::errors::kQueueDoesNotExist,
     {kQueue + "NonExistentQueue", kModelled + "QueueDoesNotExist", 400}},
    {sqs::errors::kQueueNameExists, {"QueueAlreadyExists", kModelled + "QueueNameExists", 400}},
    {sqs::errors::kReceiptHandleIsInvalid,
     {"ReceiptHandleIsInvalid", kModelled + "ReceiptHandleIsInvalid", 404}},
    {sqs::errors::kResourceNotFound,
     {"ResourceNotFoundException", kModelled + "ResourceNotFoundException", 404}},
    {sqs::errors::kTooManyEntriesInBatchRequest,
     {kQueue + "TooManyEntriesInBatchRequest", kModelled + "TooManyEntriesInBatchRequest", 400}},
    {sqs::errors::kUnsupportedOperation,
     {kQueue + "UnsupportedOperation", kModelled + "UnsupportedOperation", 400}},
    // Amazon SNS, by its service model. It has no JSON protocol.
    {sns::errors::kAuthorizationError, {"AuthorizationError", "", 403}},
    {sns::errors::kEndpointDisabled, {"EndpointDisabled", "", 400}},
    {sns::errors::kFilterPolicyLimitExceeded, {"FilterPolicyLimitExceeded", "", 403}},
    {sns::errors::kInvalidParameter, {"InvalidParameter", "", 400}},
    {sns::errors::kInvalidState, {"InvalidState", "", 400}},
    {sns::errors::kNotFound, {"NotFound", "", 404}},
    {sns::errors::kOptedOut, {"OptedOut", "", 400}},
    {sns::errors::kParameterValueInvalid, {"ParameterValueInvalid", "", 400}},
    {sns::errors::kPlatformApplicationDisabled, {"PlatformApplicationDisabled", "", 400}},
    {sns::errors::kReplayLimitExceeded, {"ReplayLimitExceeded", "", 403}},
    {sns::errors::kSubscriptionLimitExceeded, {"SubscriptionLimitExceeded", "", 403}},
    {sns::errors::kTagLimitExceeded, {"TagLimitExceeded", "", 400}},
    {sns::errors::kBatchEntryIdsNotDistinct, {"BatchEntryIdsNotDistinct", "", 400}},
    {sns::errors::kBatchRequestTooLong, {"BatchRequestTooLong", "", 400}},
    {sns::errors::kEmptyBatchRequest, {"EmptyBatchRequest", "", 400}},
    {sns::errors::kInvalidBatchEntryId, {"InvalidBatchEntryId", "", 400}},
    {sns::errors::kTopicLimitExceeded, {"TopicLimitExceeded", "", 403}},
    {sns::errors::kResourceNotFound, {"ResourceNotFound", "", 404}},
    {sns::errors::kTooManyEntriesInBatchRequest, {"TooManyEntriesInBatchRequest", "", 400}},
    {sns::errors::kUserError, {"UserError", "", 400}},
    {sns::errors::kVerification, {"VerificationException", "", 400}},
    {errors::kValidationError, {"ValidationError", "", 400}},
    {errors::kInvalidParameterValue,
     {"InvalidParameterValue", kGeneric + "InvalidParameterValueException", 400}},
    {sqs::errors::kReceiptHandleExpired,
     {"InvalidParameterValue", kGeneric + "InvalidParameterValueException", 400}},
    {errors::kMissingParameter,
     {"MissingParameter", kGeneric + "MissingRequiredParameterException", 400}},
    {errors::kInvalidAction, {"InvalidAction", kGeneric + "UnknownOperationException", 400}},
    // Not in the reference's JSON column; what a missing action is to a JSON client.
    {errors::kMissingAction, {"MissingAction", kGeneric + "UnknownOperationException", 400}},
    // Not in the reference's Query column; the name other Query services give it.
    {errors::kMalformedInput,
     {"MalformedQueryString", kGeneric + "MalformedQueryStringException", 400}},
    {errors::kSerialization, {"SerializationException", kGeneric + "SerializationException", 400}},
    {errors::kRequestTooLarge,
     {"RequestEntityTooLarge", kGeneric + "RequestEntityTooLargeException", 413}},
    {errors::kMissingAuthenticationToken,
     {"MissingAuthenticationToken", kGeneric + "MissingAuthenticationTokenException", 403}},
    {errors::kIncompleteSignature,
     {"IncompleteSignature", kGeneric + "IncompleteSignatureException", 400}},
    {errors::kInvalidClientTokenId,
     {"InvalidClientTokenId", kGeneric + "UnrecognizedClientException", 403}},
    {errors::kSignatureDoesNotMatch,
     {"SignatureDoesNotMatch", kGeneric + "InvalidSignatureException", 403}},
    {errors::kRequestExpired, {"RequestExpired", kGeneric + "RequestExpiredException", 400}},
    {errors::kExpiredToken, {"ExpiredToken", kGeneric + "ExpiredTokenException", 403}},
    {errors::kInvalidSecurity, {"InvalidSecurity", kModelled + "InvalidSecurity", 403}},
    {errors::kAccessDenied, {"AccessDenied", kGeneric + "AccessDeniedException", 403}},
    {errors::kInternalFailure, {"InternalFailure", kGeneric + "InternalFailure", 500}},
    {errors::kServiceUnavailable,
     {"ServiceUnavailable", kGeneric + "ServiceUnavailableException", 503}},
    {errors::kRequestThrottled, {"RequestThrottled", kModelled + "RequestThrottled", 403}},
};

class ErrorTableTest : public testing::TestWithParam<Case> {
 protected:
  Errc code() const { return GetParam().code; }
  const Row& row() const { return GetParam().row; }
};

INSTANTIATE_TEST_SUITE_P(EveryError, ErrorTableTest, testing::ValuesIn(kReference),
                         [](const auto& info) {
                           std::string name(info.param.code->code);
                           std::erase(name, '.');
                           return std::to_string(info.index) + name;
                         });

TEST_P(ErrorTableTest, IsSpelledAsTheReferenceSays) {
  EXPECT_EQ(code()->code, row().query_code);
  EXPECT_EQ(code()->status, row().status);
  EXPECT_EQ(code()->is_sender_fault(), row().status < 500);
}

TEST_P(ErrorTableTest, HasATextOfItsOwnInBothProtocols) {
  const Error error{code(), {}};
  EXPECT_FALSE(wire::error_text(error).empty());
  EXPECT_FALSE(wire::query_error_text(error).empty());
}

TEST_P(ErrorTableTest, BecomesAJsonObjectOfTypeAndMessage) {
  const auto json =
      nlohmann::json::parse(wire::encode_json_error({code(), "\"why\"\n"}, "com.amazonaws.sqs"));
  EXPECT_EQ(json, nlohmann::json({{"__type", row().json_type}, {"message", "\"why\"\n"}}));
}

TEST_P(ErrorTableTest, BecomesAnErrorResponseInXml) {
  const auto root =
      XmlReader::read(wire::encode_xml_error({code(), "<why> & \r"}, {"http://ns/"}, "id-1"));
  EXPECT_EQ(root.name, "ErrorResponse");
  EXPECT_EQ(root.attributes.at("xmlns"), "http://ns/");
  EXPECT_EQ(root.child("RequestId")->text, "id-1");
  const auto* error = root.child("Error");
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->child("Type")->text, row().status < 500 ? "Sender" : "Receiver");
  EXPECT_EQ(error->child("Code")->text, row().query_code);
  EXPECT_EQ(error->child("Message")->text, "<why> & \r");
  EXPECT_NE(error->child("Detail"), nullptr);
}

TEST(ErrorTextTest, AMissingQueueIsToldDifferentlyInEachProtocol) {
  const auto error = Error{sqs::errors::kQueueDoesNotExist, {}};
  EXPECT_EQ(wire::error_text(error), "The specified queue does not exist.");
  EXPECT_EQ(wire::query_error_text(error),
            "The specified queue does not exist for this wsdl version.");
}

TEST(ErrorTextTest, AMessageThatIsNoTextGivesWayToTheStandardOne) {
  const Error error{sqs::errors::kOverLimit, "quoted \xed\xa0\x80 input"};
  EXPECT_EQ(wire::error_text(error), "Too many messages in flight.");
}

TEST(ErrorTextTest, AServiceSaysItsOwnErrorsInItsOwnNamespace) {
  const Error error{errors::kRequestThrottled, "why"};
  EXPECT_EQ(wire::encode_json_error(error, "com.amazonaws.iot"),
            R"({"__type":"com.amazonaws.iot#RequestThrottled","message":"why"})");
}

}  // namespace
}  // namespace squire::test
