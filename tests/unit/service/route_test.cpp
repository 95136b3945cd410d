#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "squire/core/text.hpp"
#include "support/exchange_fixture.hpp"
#include "support/xml_tree.hpp"

namespace squire::test {
namespace {

using testing::HasSubstr;

constexpr std::string_view kJson = "application/x-amz-json-1.0";

// A second service on the port, with an action of the same name as one of SQS and one of its own.
template <int kNumber>
struct EchoAction {
  static constexpr std::string_view name = kNumber == 0 ? "AddPermission" : "Publish";
  struct Request {
    std::string queue_url;
    static constexpr auto fields() {
      return std::tuple{wire::field("QueueUrl", &Request::queue_url)};
    }
  };
  struct Response {
    std::string account;
    static constexpr auto fields() {
      return std::tuple{wire::field("Account", &Response::account)};
    }
  };
  static Result<Response> run(service::Call& call, Request) {
    return Response{call.identity.account};
  }
};

const service::Service& topics() {
  static constexpr auto kTable = service::ActionList<EchoAction<0>, EchoAction<1>>::table();
  static constexpr service::Service kService{.name = "sns",
                                             .dialect = {.query_version = "2010-03-31",
                                                         .xml_namespace = "http://sns",
                                                         .unversioned_xml_namespace = "http://sns"},
                                             .actions = kTable};
  return kService;
}

class RouteTest : public ExchangeFixture {
 protected:
  RouteTest() {
    dispatcher = std::make_unique<service::Dispatcher>(
        broker, std::vector<const service::Service*>{&sqs::service(), &topics()},
        service::DispatcherSettings{});
  }

  std::string url_of(service::HttpReply reply) {
    return nlohmann::json::parse(reply.body).value("QueueUrl", "none: " + reply.body);
  }
  static RequestText create(const std::string& queue) {
    return RequestText::json("CreateQueue", R"({"QueueName":")" + queue + "\"}");
  }
};

// ---- which service, which action, which protocol

TEST_F(RouteTest, ATargetHeaderMeansJson) {
  const auto reply = call(create("q"));
  EXPECT_EQ(reply.status, 200u);
  EXPECT_EQ(reply.content_type, kJson);
  EXPECT_EQ(reply.body, R"({"QueueUrl":"http://localhost:4566/000000000000/q"})");
  EXPECT_EQ(reply.query_error, "");
  EXPECT_TRUE(parse_uuid(reply.request_id));
}

TEST_F(RouteTest, WithoutOneItIsQuery) {
  const auto reply = call(RequestText::query("Action=CreateQueue&Version=2012-11-05&QueueName=q"));
  EXPECT_EQ(reply.status, 200u);
  EXPECT_EQ(reply.content_type, "text/xml");
  const auto root = XmlReader::read(reply.body);
  EXPECT_EQ(root.name, "CreateQueueResponse");
  EXPECT_EQ(root.attributes.at("xmlns"), "http://queue.amazonaws.com/doc/2012-11-05/");
  EXPECT_EQ(root.child("ResponseMetadata")->child("RequestId")->text, reply.request_id);
}

TEST_F(RouteTest, AJsonRequestMayBePostedToAnyPath) {
  auto request = create("q");
  request.target = "/000000000000/other?Action=ListQueues";
  EXPECT_EQ(url_of(call(request)), "http://localhost:4566/000000000000/q");
}

TEST_F(RouteTest, AQueryRequestMayBeAGet) {
  RequestText request;
  request.method = "GET";
  request.target = "/?Action=CreateQueue&QueueName=a%2Db&Version=2012-11-05";
  EXPECT_THAT(call(request).body, HasSubstr("<QueueUrl>http://localhost:4566/000000000000/a-b<"));
}

TEST_F(RouteTest, TargetsOfOtherServicesAndActionsAreInvalid) {
  for (const char* target :
       {"AmazonSQS.Fly", "AmazonSQS.", "AmazonSQS", "AmazonSNS.Publish", "amazonsqs.ListQueues",
        "AmazonSQS.listQueues", ".ListQueues", "AmazonSQS.ListQueues.", "ListQueues", "."}) {
    RequestText request;
    request.amz_target = target;
    const auto reply = call(request);
    EXPECT_EQ(reply.status, 400u) << target;
    EXPECT_EQ(reply.query_error, "InvalidAction;Sender") << target;
    EXPECT_EQ(nlohmann::json::parse(reply.body)["__type"],
              "com.amazon.coral.service#UnknownOperationException")
        << target;
  }
}

TEST_F(RouteTest, AQueryRequestNeedsAnAction) {
  for (const char* form : {"", "Version=2012-11-05", "Action=", "Action"}) {
    const auto root = XmlReader::read(call(RequestText::query(form)).body);
    EXPECT_EQ(root.child("Error")->child("Code")->text, "MissingAction") << form;
  }
}

TEST_F(RouteTest, WithoutASignatureTheVersionSaysWhichServiceIsMeant) {
  EXPECT_THAT(call(RequestText::query("Action=AddPermission&Version=2010-03-31")).body,
              HasSubstr("<AddPermissionResponse xmlns=\"http://sns\">"));
  EXPECT_THAT(call(RequestText::query("Action=AddPermission&Version=2012-11-05")).body,
              HasSubstr("MissingParameter"));
}

TEST_F(RouteTest, TheCredentialScopeWinsOverTheVersion) {
  EXPECT_THAT(call(RequestText::query("Action=AddPermission&Version=2012-11-05")
                       .signed_for("test", "us-east-1", "sns"))
                  .body,
              HasSubstr("http://sns"));
}

TEST_F(RouteTest, WithoutAVersionTheCredentialScopeSays) {
  EXPECT_THAT(
      call(RequestText::query("Action=AddPermission").signed_for("test", "us-east-1", "sns")).body,
      HasSubstr("http://sns"));
  EXPECT_THAT(
      call(RequestText::query("Action=AddPermission").signed_for("test", "us-east-1", "sqs")).body,
      HasSubstr("MissingParameter"));
}

TEST_F(RouteTest, WithoutEitherTheFirstThatKnowsTheActionIsAsked) {
  EXPECT_THAT(call(RequestText::query("Action=Publish")).body, HasSubstr("http://sns"));
  EXPECT_THAT(call(RequestText::query("Action=AddPermission")).body, HasSubstr("MissingParameter"));
}

TEST_F(RouteTest, AnUnknownActionIsInvalidInTheServiceItWasSentTo) {
  const auto reply = call(RequestText::query("Action=Publish&Version=2012-11-05"));
  EXPECT_EQ(reply.status, 400u);
  const auto root = XmlReader::read(reply.body);
  EXPECT_EQ(root.child("Error")->child("Code")->text, "InvalidAction");
  EXPECT_EQ(root.child("Error")->child("Message")->text,
            "The action Publish is not valid for this endpoint.");
}

TEST_F(RouteTest, ErrorsOfARequestWithoutAVersionAreInTheOldNamespace) {
  EXPECT_THAT(call(RequestText::query("Action=GetQueueUrl&QueueName=q")).body,
              HasSubstr("http://queue.amazonaws.com/doc/2009-02-01/"));
  EXPECT_THAT(call(RequestText::query("Action=GetQueueUrl&QueueName=q&Version=2012-11-05")).body,
              HasSubstr("http://queue.amazonaws.com/doc/2012-11-05/"));
}

TEST_F(RouteTest, ABrokenFormIsMalformed) {
  for (const char* form : {"Action=ListQueues&x=%zz", "Action=%ff"}) {
    const auto reply = call(RequestText::query(form));
    EXPECT_EQ(reply.status, 400u);
    EXPECT_THAT(reply.body, HasSubstr("<Code>MalformedQueryString</Code>"));
  }
  RequestText request;
  request.target = "/?Action=ListQueues&x=%";
  EXPECT_THAT(call(request).body, HasSubstr("<Code>MalformedQueryString</Code>"));
}

TEST_F(RouteTest, WhatAnActionQuotesInAnErrorStaysWellFormed) {
  for (const char* action : {"%3Cb%3E", "%22", "%01", "%EF%BF%BF", "%0D%0A"}) {
    const auto reply = call(RequestText::query(std::string("Action=") + action));
    EXPECT_NO_THROW(XmlReader::read(reply.body)) << reply.body;
    EXPECT_EQ(reply.body.find("\xef\xbf\xbf"), std::string::npos) << action;
  }
}

// ---- the queue in the path

TEST_F(RouteTest, ThePathOfAQueryRequestNamesItsQueue) {
  call(create("q"));
  auto request = RequestText::query("Action=SendMessage&MessageBody=b&Version=2012-11-05");
  request.target = "/000000000000/q";
  EXPECT_EQ(call(request).status, 200u);
  request.target = "/000000000000/absent";
  EXPECT_THAT(call(request).body, HasSubstr("NonExistentQueue"));
}

// The parameter that the path adds may move all others to another place in memory; the address
// sanitizer sees who still looks at the old one.
TEST_F(RouteTest, ThePathNamesTheQueueHoweverManyParametersThereAre) {
  call(create("q"));
  std::string form = "Action=GetQueueAttributes";
  for (int count = 1; count <= 40; ++count) {
    auto request = RequestText::query(form);
    request.target = "/000000000000/q";
    const auto reply = call(request);
    ASSERT_EQ(reply.status, 200u) << count << " parameters: " << reply.body;
    form += "&Another." + std::to_string(count) + "=x";
  }
}

TEST_F(RouteTest, AQueueUrlWinsOverThePath) {
  call(create("q"));
  auto request = RequestText::query(
      "Action=SendMessage&MessageBody=b&QueueUrl=http%3A%2F%2Fh%2F000000000000%2Fq");
  request.target = "/000000000000/absent";
  EXPECT_EQ(call(request).status, 200u);
}

TEST_F(RouteTest, OtherPathsNameNone) {
  for (const char* path : {"/", "/queue", "/0000/q", "/000000000000", "/000000000000/",
                           "/00000000000x/q", "/health", "/2015-03-31", "/_x", ""}) {
    auto request = RequestText::query("Action=PurgeQueue");
    request.target = path;
    EXPECT_THAT(call(request).body, HasSubstr("must contain the parameter QueueUrl")) << path;
  }
}

// ---- who asks

TEST_F(RouteTest, AnUnsignedRequestHasTheConfiguredIdentity) {
  configure([](auto& settings) {
    settings.account = "111111111111";
    settings.region = "eu-north-1";
  });
  EXPECT_EQ(url_of(call(create("q"))), "http://localhost:4566/111111111111/q");
  EXPECT_TRUE(broker.find_queue({"eu-north-1", "111111111111", "q"}));
}

TEST_F(RouteTest, AnAccessKeyOfTwelveDigitsIsTheAccount) {
  call(create("q").signed_for("123456789012", "us-east-1"));
  EXPECT_TRUE(broker.find_queue({"us-east-1", "123456789012", "q"}));
  call(create("q").signed_for("AKIAIOSFODNN7EXAMPLE", "us-east-1"));
  EXPECT_TRUE(broker.find_queue({"us-east-1", "000000000000", "q"}));
}

TEST_F(RouteTest, TheCredentialScopeSaysTheRegion) {
  call(create("q").signed_for("test", "ap-south-1"));
  EXPECT_TRUE(broker.find_queue({"ap-south-1", "000000000000", "q"}));
}

TEST_F(RouteTest, ARegionThatIsNoneIsNotTakenOver) {
  for (const char* region :
       {"", "US-EAST-1", "us_east", "a:b", "%20", "\"", "a-name-that-is-longer-than-any-region"}) {
    call(create("q").signed_for("test", region));
    EXPECT_EQ(broker.list_queues(region, "000000000000", "").size(), 0u) << region;
  }
  EXPECT_TRUE(broker.find_queue({"us-east-1", "000000000000", "q"}));
}

TEST_F(RouteTest, PresignedRequestsCarryTheirIdentityInTheQuery) {
  RequestText request;
  request.method = "GET";
  request.target =
      "/?Action=CreateQueue&QueueName=v4&X-Amz-Credential=123456789012%2F20261123%2Feu-west-1%2F"
      "sqs%2Faws4_request";
  call(request);
  EXPECT_TRUE(broker.find_queue({"eu-west-1", "123456789012", "v4"}));
  request.target = "/?Action=CreateQueue&QueueName=v2&AWSAccessKeyId=123456789012";
  call(request);
  EXPECT_TRUE(broker.find_queue({"us-east-1", "123456789012", "v2"}));
}

TEST_F(RouteTest, OddAuthorizationHeadersAreNoObstacle) {
  for (const char* header : {"Credential=", "Credential=/", "Credential=a/b/c/d/e/f/g", "Basic abc",
                             "AWS test:signature", "AWS4-HMAC-SHA256 Credential=,", "\xff"}) {
    auto request = create("q");
    request.authorization = header;
    EXPECT_EQ(call(request).status, 200u) << header;
  }
}

// ---- where it was asked

TEST_F(RouteTest, QueueUrlsBeginWithTheHostThatWasAsked) {
  auto request = create("q");
  request.host = "sqs.shop.internal";
  EXPECT_EQ(url_of(call(request)), "http://sqs.shop.internal/000000000000/q");
}

TEST_F(RouteTest, QueueUrlsBeginWithTheBaseUrlIfThereIsOne) {
  configure([](auto& settings) { settings.base_url = "https://sqs.example.com:8443"; });
  EXPECT_EQ(url_of(call(create("q"))), "https://sqs.example.com:8443/000000000000/q");
}

TEST_F(RouteTest, AHostThatIsNoTextDoesNotReachTheReply) {
  auto request = create("q");
  request.host = "h\xff";
  EXPECT_TRUE(is_utf8(call(request).body));
}

// ---- requests that never became one

TEST_F(RouteTest, ARefusalIsInTheProtocolTheHeadersSuggest) {
  RequestText request;
  const Error error{errors::kRequestTooLarge, {}};
  auto reply = dispatcher->refuse(request.view(), error, "id-1");
  EXPECT_EQ(reply.status, 413u);
  EXPECT_EQ(reply.content_type, "text/xml");
  EXPECT_EQ(XmlReader::read(reply.body).child("RequestId")->text, "id-1");
  request.content_type = "application/x-amz-json-1.0";
  reply = dispatcher->refuse(request.view(), error, "id-1");
  EXPECT_EQ(reply.content_type, kJson);
  EXPECT_EQ(reply.query_error, "RequestEntityTooLarge;Sender");
  EXPECT_EQ(reply.request_id, "id-1");
}

TEST_F(RouteTest, EveryRequestHasAnIdOfItsOwn) {
  EXPECT_NE(call(create("q")).request_id, call(create("q")).request_id);
}

}  // namespace
}  // namespace squire::test
