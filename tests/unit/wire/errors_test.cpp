#include "squire/wire/errors.hpp"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "support/xml_tree.hpp"

namespace squire::test {
namespace {

using wire::Protocol;

// What the reference says, sections 2.4 (generic errors) and 2.5 (modelled ones).
struct Row {
  std::string query_code;
  std::string json_type;
  unsigned status;
};

const std::string kQueue = "AWS.SimpleQueueService.";
const std::string kModelled = "com.amazonaws.sqs#";
const std::string kGeneric = "com.amazon.coral.service#";

const std::map<Errc, Row> kReference = {
    {Errc::BatchEntryIdsNotDistinct,
     {kQueue + "BatchEntryIdsNotDistinct", kModelled + "BatchEntryIdsNotDistinct", 400}},
    {Errc::BatchRequestTooLong,
     {kQueue + "BatchRequestTooLong", kModelled + "BatchRequestTooLong", 400}},
    {Errc::EmptyBatchRequest, {kQueue + "EmptyBatchRequest", kModelled + "EmptyBatchRequest", 400}},
    {Errc::InvalidAddress, {"InvalidAddress", kModelled + "InvalidAddress", 404}},
    {Errc::InvalidAttributeName, {"InvalidAttributeName", kModelled + "InvalidAttributeName", 400}},
    {Errc::InvalidAttributeValue,
     {"InvalidAttributeValue", kModelled + "InvalidAttributeValue", 400}},
    {Errc::InvalidBatchEntryId,
     {kQueue + "InvalidBatchEntryId", kModelled + "InvalidBatchEntryId", 400}},
    {Errc::InvalidMessageContents,
     {"InvalidMessageContents", kModelled + "InvalidMessageContents", 400}},
    {Errc::OverLimit, {"OverLimit", kModelled + "OverLimit", 403}},
    {Errc::PurgeQueueInProgress,
     {kQueue + "PurgeQueueInProgress", kModelled + "PurgeQueueInProgress", 403}},
    {Errc::QueueDeletedRecently,
     {kQueue + "QueueDeletedRecently", kModelled + "QueueDeletedRecently", 400}},
    {Errc::QueueDoesNotExist, {kQueue + "NonExistentQueue", kModelled + "QueueDoesNotExist", 400}},
    {Errc::QueueNameExists, {"QueueAlreadyExists", kModelled + "QueueNameExists", 400}},
    {Errc::ReceiptHandleIsInvalid,
     {"ReceiptHandleIsInvalid", kModelled + "ReceiptHandleIsInvalid", 404}},
    {Errc::ResourceNotFound,
     {"ResourceNotFoundException", kModelled + "ResourceNotFoundException", 404}},
    {Errc::TooManyEntriesInBatchRequest,
     {kQueue + "TooManyEntriesInBatchRequest", kModelled + "TooManyEntriesInBatchRequest", 400}},
    {Errc::UnsupportedOperation,
     {kQueue + "UnsupportedOperation", kModelled + "UnsupportedOperation", 400}},
    // Amazon SNS, by its service model. It has no JSON protocol.
    {Errc::AuthorizationError, {"AuthorizationError", "", 403}},
    {Errc::EndpointDisabled, {"EndpointDisabled", "", 400}},
    {Errc::FilterPolicyLimitExceeded, {"FilterPolicyLimitExceeded", "", 403}},
    {Errc::InvalidParameter, {"InvalidParameter", "", 400}},
    {Errc::InvalidState, {"InvalidState", "", 400}},
    {Errc::NotFound, {"NotFound", "", 404}},
    {Errc::OptedOut, {"OptedOut", "", 400}},
    {Errc::ParameterValueInvalid, {"ParameterValueInvalid", "", 400}},
    {Errc::PlatformApplicationDisabled, {"PlatformApplicationDisabled", "", 400}},
    {Errc::ReplayLimitExceeded, {"ReplayLimitExceeded", "", 403}},
    {Errc::SubscriptionLimitExceeded, {"SubscriptionLimitExceeded", "", 403}},
    {Errc::TagLimitExceeded, {"TagLimitExceeded", "", 400}},
    {Errc::TopicBatchEntryIdsNotDistinct, {"BatchEntryIdsNotDistinct", "", 400}},
    {Errc::TopicBatchRequestTooLong, {"BatchRequestTooLong", "", 400}},
    {Errc::TopicEmptyBatchRequest, {"EmptyBatchRequest", "", 400}},
    {Errc::TopicInvalidBatchEntryId, {"InvalidBatchEntryId", "", 400}},
    {Errc::TopicLimitExceeded, {"TopicLimitExceeded", "", 403}},
    {Errc::TopicResourceNotFound, {"ResourceNotFound", "", 404}},
    {Errc::TopicTooManyEntriesInBatchRequest, {"TooManyEntriesInBatchRequest", "", 400}},
    {Errc::UserError, {"UserError", "", 400}},
    {Errc::Verification, {"VerificationException", "", 400}},
    {Errc::ValidationError, {"ValidationError", "", 400}},
    {Errc::InvalidParameterValue,
     {"InvalidParameterValue", kGeneric + "InvalidParameterValueException", 400}},
    {Errc::ReceiptHandleExpired,
     {"InvalidParameterValue", kGeneric + "InvalidParameterValueException", 400}},
    {Errc::MissingParameter,
     {"MissingParameter", kGeneric + "MissingRequiredParameterException", 400}},
    {Errc::InvalidAction, {"InvalidAction", kGeneric + "UnknownOperationException", 400}},
    // Not in the reference's JSON column; what a missing action is to a JSON client.
    {Errc::MissingAction, {"MissingAction", kGeneric + "UnknownOperationException", 400}},
    // Not in the reference's Query column; the name other Query services give it.
    {Errc::MalformedInput,
     {"MalformedQueryString", kGeneric + "MalformedQueryStringException", 400}},
    {Errc::Serialization, {"SerializationException", kGeneric + "SerializationException", 400}},
    {Errc::RequestTooLarge,
     {"RequestEntityTooLarge", kGeneric + "RequestEntityTooLargeException", 413}},
    {Errc::MissingAuthenticationToken,
     {"MissingAuthenticationToken", kGeneric + "MissingAuthenticationTokenException", 403}},
    {Errc::IncompleteSignature,
     {"IncompleteSignature", kGeneric + "IncompleteSignatureException", 400}},
    {Errc::InvalidClientTokenId,
     {"InvalidClientTokenId", kGeneric + "UnrecognizedClientException", 403}},
    {Errc::SignatureDoesNotMatch,
     {"SignatureDoesNotMatch", kGeneric + "InvalidSignatureException", 403}},
    {Errc::RequestExpired, {"RequestExpired", kGeneric + "RequestExpiredException", 400}},
    {Errc::ExpiredToken, {"ExpiredToken", kGeneric + "ExpiredTokenException", 403}},
    {Errc::InvalidSecurity, {"InvalidSecurity", kModelled + "InvalidSecurity", 403}},
    {Errc::AccessDenied, {"AccessDenied", kGeneric + "AccessDeniedException", 403}},
    {Errc::InternalFailure, {"InternalFailure", kGeneric + "InternalFailure", 500}},
    {Errc::ServiceUnavailable,
     {"ServiceUnavailable", kGeneric + "ServiceUnavailableException", 503}},
    {Errc::RequestThrottled, {"RequestThrottled", "com.amazonaws.sqs#RequestThrottled", 403}},
};

class ErrorTableTest : public testing::TestWithParam<int> {
 protected:
  Errc code() const { return static_cast<Errc>(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(EveryErrc, ErrorTableTest,
                         testing::Range(0, static_cast<int>(Errc::kCount)), [](const auto& info) {
                           std::string name(
                               wire::spelling(static_cast<Errc>(info.param)).query_code);
                           std::erase(name, '.');
                           return std::to_string(info.param) + name;
                         });

TEST_P(ErrorTableTest, IsSpelledAsTheReferenceSays) {
  ASSERT_TRUE(kReference.contains(code())) << "a new Errc needs a row in this test";
  const Row& row = kReference.at(code());
  const auto& spelling = wire::spelling(code());
  EXPECT_EQ(spelling.code, code());
  EXPECT_EQ(spelling.query_code, row.query_code);
  EXPECT_EQ(spelling.json_type, row.json_type);
  EXPECT_EQ(spelling.status, row.status);
  EXPECT_EQ(spelling.is_sender_fault(), row.status < 500);
}

TEST_P(ErrorTableTest, HasATextOfItsOwnInBothProtocols) {
  const Error error{code(), {}};
  EXPECT_FALSE(wire::error_text(error, Protocol::Json).empty());
  EXPECT_FALSE(wire::error_text(error, Protocol::Query).empty());
}

TEST_P(ErrorTableTest, BecomesAJsonObjectOfTypeAndMessage) {
  const auto json = nlohmann::json::parse(wire::encode_json_error({code(), "\"why\"\n"}));
  EXPECT_EQ(json, nlohmann::json(
                      {{"__type", kReference.at(code()).json_type}, {"message", "\"why\"\n"}}));
}

TEST_P(ErrorTableTest, BecomesAnErrorResponseInXml) {
  const auto root =
      XmlReader::read(wire::encode_xml_error({code(), "<why> & \r"}, {"http://ns/"}, "id-1"));
  EXPECT_EQ(root.name, "ErrorResponse");
  EXPECT_EQ(root.attributes.at("xmlns"), "http://ns/");
  EXPECT_EQ(root.child("RequestId")->text, "id-1");
  const auto* error = root.child("Error");
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->child("Type")->text, kReference.at(code()).status < 500 ? "Sender" : "Receiver");
  EXPECT_EQ(error->child("Code")->text, kReference.at(code()).query_code);
  EXPECT_EQ(error->child("Message")->text, "<why> & \r");
  EXPECT_NE(error->child("Detail"), nullptr);
}

TEST(ErrorTextTest, AMissingQueueIsToldDifferentlyInEachProtocol) {
  const auto error = Error::queue_does_not_exist();
  EXPECT_EQ(wire::error_text(error, Protocol::Json), "The specified queue does not exist.");
  EXPECT_EQ(wire::error_text(error, Protocol::Query),
            "The specified queue does not exist for this wsdl version.");
}

TEST(ErrorTextTest, AMessageThatIsNoTextGivesWayToTheStandardOne) {
  const Error error{Errc::OverLimit, "quoted \xed\xa0\x80 input"};
  EXPECT_EQ(wire::error_text(error, Protocol::Json), "Too many messages in flight.");
}

TEST(ErrorTextTest, EveryErrcHasARowInThisTest) {
  EXPECT_EQ(kReference.size(), static_cast<std::size_t>(Errc::kCount));
}

}  // namespace
}  // namespace squire::test
