// What clients, health checks and test suites made for LocalStack rely on, as its documentation and
// its own tests of these endpoints have it.
#include <gmock/gmock.h>

#include "support/admin_fixture.hpp"

namespace squire::test {
namespace {

using admin::InitState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kMessages = "/_aws/sqs/messages";
constexpr const char* kUrl = "http://localhost:4566/000000000000/q";
constexpr const char* kNoQueue = "AWS.SimpleQueueService.NonExistentQueue";

class LocalStackTest : public AdminFixture {
 protected:
  std::shared_ptr<engine::Queue> make_in(const std::string& region, const std::string& name) {
    return broker.create_queue({region, "000000000000", name}, {}, {}).value().queue;
  }

  std::shared_ptr<engine::Queue> make_fifo() {
    const ResourceName name{"us-east-1", "000000000000", "q.fifo"};
    return broker.create_queue(name, {{"FifoQueue", "true"}}, {}).value().queue;
  }

  static void send_to_group(engine::Queue& queue, const std::string& body,
                            const std::string& group) {
    engine::OutgoingMessage message;
    message.body = std::make_shared<engine::Body>(body);
    engine::Details details;
    details.group_id = group;
    details.deduplication_id = body;
    message.details = std::make_shared<const engine::Details>(std::move(details));
    queue.send(message).value();
  }

  Json json_of(const std::string& target) {
    const auto answer = ask("GET", target, "", "application/json");
    EXPECT_EQ(answer.status, 200u) << target << ": " << answer.body;
    return Json::parse(answer.body)["ReceiveMessageResponse"]["ReceiveMessageResult"];
  }

  std::vector<std::string> bodies_of(const std::string& target) {
    const auto result = json_of(target);
    std::vector<std::string> bodies;
    if (result.is_null()) return bodies;
    const auto& messages = result["Message"];
    if (messages.is_object()) return {messages["Body"]};
    for (const auto& message : messages) bodies.push_back(message["Body"]);
    return bodies;
  }

  static Json attributes_of(const Json& message) {
    Json attributes;
    for (const auto& attribute : message["Attribute"]) {
      attributes[attribute["Name"].get<std::string>()] = attribute["Value"];
    }
    return attributes;
  }

  static std::string of(const std::string& url) {
    return std::string(kMessages) + "?QueueUrl=" + url;
  }

  Answer ask_as_sdk(const std::string& action, const std::string& body,
                    const std::string& path = kMessages) {
    const wire::Form none;
    const auto target = "AmazonSQS." + action;
    service::SiteRequest request{"POST", path, none, body, "", "http://localhost:4566"};
    request.content_type = "application/x-amz-json-1.0";
    request.amz_target = target;
    return ask(request);
  }
};

// ---- health, info, init

TEST_F(LocalStackTest, HealthHasTheServicesAvailableAndOnceUsedRunning) {
  EXPECT_THAT(ask("GET", "/_localstack/health").body, HasSubstr(R"("sqs": "available")"));
  make_queue("q");
  const auto health = get("/_localstack/health");
  EXPECT_EQ(health["services"],
            Json({{"sqs", "running"}, {"sns", "available"}, {"sts", "available"}}));
  EXPECT_EQ(health["version"], "1.2.3");
  make_topic("t");
  EXPECT_EQ(get("/_localstack/health")["services"]["sns"], "running");
}

TEST_F(LocalStackTest, HealthDoesNotWaitForScriptsWhichMayWaitForIt) {
  admin::AdminSite starting(broker, settings());
  const wire::Form none;
  const auto reply =
      starting.handle({"GET", "/_localstack/health", none, "", "", ""}, nullptr)->run(true);
  EXPECT_EQ(reply->status, 200u);
  EXPECT_THAT(reply->body, HasSubstr(R"("sqs": "available")"));
}

TEST_F(LocalStackTest, InfoTellsVersionSessionAndUptime) {
  clock.advance(90s);
  const auto info = get("/_localstack/info");
  EXPECT_EQ(info["version"], "1.2.3");
  EXPECT_EQ(info["session_id"], "11111111-2222-4333-8444-555555555555");
  EXPECT_EQ(info["is_license_activated"], false);
  EXPECT_EQ(info["uptime"], 90);
  EXPECT_EQ(info["server_time_utc"].get<std::string>().size(), 19u);
}

TEST_F(LocalStackTest, InitTellsHowFarTheScriptsAre) {
  site.set_init_state(0, InitState::Successful);
  site.set_init_state(1, InitState::Running);
  const auto init = get("/_localstack/init");
  EXPECT_EQ(init["completed"],
            Json({{"BOOT", true}, {"START", true}, {"READY", true}, {"SHUTDOWN", false}}));
  EXPECT_EQ(init["scripts"], Json::parse(R"([{"stage":"READY","name":"a.sh","state":"SUCCESSFUL"},
                            {"stage":"READY","name":"b.py","state":"RUNNING"}])"));
  site.set_init_state(1, InitState::Error);
  EXPECT_EQ(get("/_localstack/init/ready")["scripts"][1]["state"], "ERROR");
}

TEST_F(LocalStackTest, AStageIsCompletedOnceItsScriptsHaveRun) {
  admin::AdminSite starting(broker, settings());
  const wire::Form none;
  const auto ask_starting = [&] {
    return starting.handle({"GET", "/_localstack/init/ready", none, "", "", ""}, nullptr)
        ->run(true)
        ->body;
  };
  EXPECT_THAT(ask_starting(), HasSubstr(R"("completed": false)"));
  EXPECT_THAT(ask_starting(), HasSubstr(R"("state": "UNKNOWN")"));
  starting.set_ready();
  EXPECT_THAT(ask_starting(), HasSubstr(R"("completed": true)"));
}

TEST_F(LocalStackTest, OtherStagesHaveNoScripts) {
  EXPECT_EQ(get("/_localstack/init/boot"), Json({{"completed", true}, {"scripts", Json::array()}}));
  EXPECT_EQ(get("/_localstack/init/SHUTDOWN")["completed"], false);
  EXPECT_EQ(ask("GET", "/_localstack/init/lunch").status, 404u);
}

TEST_F(LocalStackTest, ItsResetsAreResets) {
  make_queue("q");
  EXPECT_EQ(ask("POST", "/_localstack/state/reset").status, 200u);
  EXPECT_EQ(get("/_squire/queues")["count"], 0);
  make_queue("q");
  const auto restarted = ask("POST", "/_localstack/health", R"({"action":"restart"})");
  EXPECT_EQ(restarted.status, 200u);
  EXPECT_EQ(restarted.body, "ok");
  EXPECT_EQ(get("/_squire/queues")["count"], 0);
  EXPECT_EQ(get("/_localstack/health")["services"]["sqs"], "available");
}

TEST_F(LocalStackTest, OtherCommandsAreRefusedAndChangeNothing) {
  make_queue("q");
  for (const char* body : {R"({"action":"kill"})", "{}", "", "[]", R"({"action":1})"}) {
    const auto refused = ask("POST", "/_localstack/health", body);
    EXPECT_EQ(refused.status, 400u) << body;
    EXPECT_THAT(refused.body, HasSubstr("restart"));
  }
  EXPECT_EQ(get("/_squire/queues")["count"], 1);
}

// ---- messages

TEST_F(LocalStackTest, MessagesAreSeenAsXmlWithoutBeingReceived) {
  auto queue = make_queue("q");
  send(*queue, "seen & kept");
  const auto answer = ask("GET", of("http://sqs.us-east-1.localhost.localstack.cloud:4566/"
                                    "000000000000/q"));
  EXPECT_EQ(answer.content_type, "text/xml");
  EXPECT_THAT(answer.body, HasSubstr("<Body>seen &amp; kept</Body>"));
  EXPECT_THAT(answer.body,
              HasSubstr("<Attribute><Name>ApproximateReceiveCount</Name><Value>0</Value>"));
  EXPECT_EQ(get("/_squire/queues/q")["received"], 0);
}

TEST_F(LocalStackTest, MessagesAreSeenAsJson) {
  auto queue = make_queue("q");
  send(*queue, "message-1");
  send(*queue, "message-2");
  const auto messages = json_of(of(kUrl))["Message"];
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0]["Body"], "message-1");
  EXPECT_EQ(messages[0]["MD5OfBody"], "3d6b824fd8c1520e9a047d21fee6fb1f");
  EXPECT_EQ(attributes_of(messages[0])["ApproximateFirstReceiveTimestamp"], "0");
  EXPECT_TRUE(attributes_of(messages[0]).contains("SentTimestamp"));
}

TEST_F(LocalStackTest, OneMessageIsNoListAndNoneIsNoResult) {
  auto queue = make_queue("q");
  EXPECT_TRUE(json_of(of(kUrl)).is_null());
  send(*queue, "only");
  EXPECT_EQ(json_of(of(kUrl))["Message"]["Body"], "only");
}

TEST_F(LocalStackTest, MessagesHaveTheirAttributes) {
  auto queue = make_queue("q");
  engine::OutgoingMessage message;
  message.body = std::make_shared<engine::Body>("m");
  engine::Details details;
  details.attributes["color"] = {"String", "red"};
  message.details = std::make_shared<const engine::Details>(std::move(details));
  queue->send(message).value();
  EXPECT_EQ(json_of(of(kUrl))["Message"]["MessageAttribute"],
            Json::parse(R"({"Name":"color","Value":{"StringValue":"red","DataType":"String"}})"));
  const auto sdk = Json::parse(ask_as_sdk("ReceiveMessage", Json{{"QueueUrl", kUrl}}.dump()).body);
  EXPECT_EQ(sdk["Messages"][0]["MessageAttributes"]["color"]["StringValue"], "red");
}

TEST_F(LocalStackTest, InvisibleMessagesAreShownToWhoAsksForThem) {
  auto queue = make_queue("q");
  for (const char* body : {"1", "2", "3"}) send(*queue, body);
  receive_one(*queue);
  for (const char* no : {"", "&ShowInvisible=False", "&ShowInvisible=0"}) {
    EXPECT_THAT(bodies_of(of(kUrl) + no), ElementsAre("2", "3")) << no;
  }
  for (const char* yes : {"&ShowInvisible=True", "&ShowInvisible=true", "&ShowInvisible=1"}) {
    EXPECT_THAT(bodies_of(of(kUrl) + yes), ElementsAre("1", "2", "3")) << yes;
  }
  const auto messages = json_of(of(kUrl) + "&ShowInvisible=True")["Message"];
  EXPECT_EQ(attributes_of(messages[0])["IsVisible"], "false");
  EXPECT_EQ(attributes_of(messages[1])["IsVisible"], "true");
}

TEST_F(LocalStackTest, DelayedMessagesAreShownToWhoAsksForThem) {
  auto queue = make_queue("q");
  send(*queue, "1");
  engine::OutgoingMessage message;
  message.body = std::make_shared<engine::Body>("2");
  message.delay = 10s;
  queue->send(message).value();
  EXPECT_THAT(bodies_of(of(kUrl) + "&ShowDelayed=False"), ElementsAre("1"));
  const auto messages = json_of(of(kUrl) + "&ShowDelayed=True")["Message"];
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(attributes_of(messages[0])["IsDelayed"], "false");
  EXPECT_EQ(attributes_of(messages[1])["IsDelayed"], "true");
}

TEST_F(LocalStackTest, AGroupWithAMessageInFlightIsInvisible) {
  auto queue = make_fifo();
  for (const char* body : {"1", "2"}) send_to_group(*queue, body, "a");
  for (const char* body : {"3", "4"}) send_to_group(*queue, body, "b");
  receive_one(*queue);
  const std::string url = "http://localhost:4566/000000000000/q.fifo";
  EXPECT_THAT(bodies_of(of(url)), ElementsAre("3", "4"));
  EXPECT_THAT(bodies_of(of(url) + "&ShowInvisible=True"), ElementsAre("1", "2", "3", "4"));
}

TEST_F(LocalStackTest, AQueueIsNamedByThePathToo) {
  send(*make_queue("q"), "m");
  EXPECT_THAT(bodies_of("/_aws/sqs/messages/us-east-1/000000000000/q"), ElementsAre("m"));
  const auto elsewhere =
      ask("GET", "/_aws/sqs/messages/us-east-2/000000000000/q", "", "application/json");
  EXPECT_EQ(elsewhere.status, 400u);
  EXPECT_EQ(Json::parse(elsewhere.body)["ErrorResponse"]["Error"]["Code"], kNoQueue);
}

TEST_F(LocalStackTest, TheUrlSaysTheRegionOrWhoSignedOrTheSettings) {
  send(*make_in("us-east-1", "q"), "here");
  send(*make_in("eu-west-1", "q"), "there");
  send(*make_in("eu-west-1", "only"), "only there");
  EXPECT_THAT(bodies_of(of(kUrl)), ElementsAre("here"));
  EXPECT_THAT(bodies_of(of("http://localhost:4566/000000000000/only")), ElementsAre("only there"));
  for (const char* url : {"http://sqs.eu-west-1.localhost.localstack.cloud:4566/000000000000/q",
                          "http://eu-west-1.queue.localhost.localstack.cloud:4566/000000000000/q",
                          "http://localhost:4566/queue/eu-west-1/000000000000/q"}) {
    EXPECT_THAT(bodies_of(of(url)), ElementsAre("there")) << url;
  }
  const auto body = Json{{"QueueUrl", kUrl}}.dump();
  const wire::Form none;
  service::SiteRequest request{"POST", kMessages, none, body, "", ""};
  request.amz_target = "AmazonSQS.ReceiveMessage";
  request.region = "eu-west-1";
  EXPECT_THAT(ask(request).body, HasSubstr("there"));
}

TEST_F(LocalStackTest, AnSdkThatIsPointedThereReceivesInItsProtocol) {
  auto queue = make_queue("q");
  EXPECT_EQ(ask_as_sdk("ReceiveMessage", Json{{"QueueUrl", kUrl}}.dump()).body, "{}\n");
  send(*queue, "message-1");
  send(*queue, "message-2");
  for (const char* path : {"/_aws/sqs/messages", "/_aws/sqs/messages/"}) {
    const auto answer = ask_as_sdk(
        "ReceiveMessage", Json{{"QueueUrl", kUrl}, {"MaxNumberOfMessages", 1}}.dump(), path);
    EXPECT_EQ(answer.content_type, "application/x-amz-json-1.0");
    const auto messages = Json::parse(answer.body)["Messages"];
    ASSERT_EQ(messages.size(), 2u) << "MaxNumberOfMessages is not asked";
    EXPECT_EQ(messages[1]["Body"], "message-2");
    EXPECT_EQ(messages[1]["Attributes"]["ApproximateReceiveCount"], "0");
  }
  const auto answer = ask("POST", kMessages,
                          std::string("Action=ReceiveMessage&Version=2012-11-05&QueueUrl=") + kUrl);
  EXPECT_THAT(answer.body, HasSubstr("<Body>message-2</Body>"));
}

TEST_F(LocalStackTest, NoOtherActionIsSpokenThere) {
  make_queue("q");
  const auto json =
      ask_as_sdk("SendMessage", Json{{"QueueUrl", kUrl}, {"MessageBody", "m"}}.dump());
  EXPECT_EQ(json.status, 400u);
  EXPECT_EQ(json.headers, "x-amzn-query-error: InvalidRequest;Sender\r\n");
  EXPECT_EQ(Json::parse(json.body)["message"], "This endpoint only accepts ReceiveMessage calls");
  const auto query = ask("POST", kMessages, std::string("Action=SendMessage&QueueUrl=") + kUrl);
  EXPECT_EQ(query.status, 400u);
  EXPECT_THAT(query.body, HasSubstr("<Code>InvalidRequest</Code>"));
}

TEST_F(LocalStackTest, ErrorsAreErrorResponses) {
  const std::vector<std::tuple<std::string, unsigned, const char*>> cases = {
      {kMessages, 400u, kNoQueue},
      {of(kUrl), 400u, kNoQueue},
      {of("http://localhost:4566/nonsense"), 404u, "InvalidAddress"},
      {of("q"), 404u, "InvalidAddress"},
  };
  for (const auto& [target, status, code] : cases) {
    const auto json = ask("GET", target, "", "application/json");
    EXPECT_EQ(json.status, status) << target;
    EXPECT_EQ(Json::parse(json.body)["ErrorResponse"]["Error"]["Code"], code) << target;
    const auto xml = ask("GET", target);
    EXPECT_EQ(xml.status, status) << target;
    EXPECT_THAT(xml.body, HasSubstr("<ErrorResponse xmlns="));
    EXPECT_THAT(xml.body, HasSubstr("<Code>" + std::string(code) + "</Code>"));
  }
  const auto sdk = ask_as_sdk("ReceiveMessage", Json{{"QueueUrl", kUrl}}.dump());
  EXPECT_EQ(Json::parse(sdk.body)["__type"], "com.amazonaws.sqs#QueueDoesNotExist");
  EXPECT_THAT(sdk.headers, HasSubstr(kNoQueue));
  EXPECT_EQ(ask_as_sdk("ReceiveMessage", "{").status, 400u);
}

TEST_F(LocalStackTest, NoMoreThanAThousandMessagesAreShown) {
  auto queue = make_queue("q");
  for (int i = 0; i < 1010; ++i) send(*queue, std::to_string(i));
  receive_one(*queue);
  EXPECT_EQ(bodies_of(of(kUrl)).size(), 1000u);
  EXPECT_EQ(bodies_of(of(kUrl) + "&ShowInvisible=1").size(), 1000u);
}

// ---- SNS

TEST_F(LocalStackTest, SmsAreListedAndForgotten) {
  const auto topic = make_topic("t");
  subscribe(topic, "sms", "+15551234567");
  publish(topic, "hello");
  EXPECT_EQ(get("/_aws/sns/sms-messages")["sms_messages"]["+15551234567"][0]["Message"], "hello");
  for (const char* others : {"sms-messages?accountId=111111111111", "sms-messages?region=eu-west-1",
                             "sms-messages?phoneNumber=%2B1555", "platform-endpoint-messages"}) {
    EXPECT_EQ(ask("DELETE", std::string("/_aws/sns/") + others).status, 204u) << others;
    EXPECT_EQ(get("/_aws/sns/sms-messages")["sms_messages"].size(), 1u) << others;
  }
  EXPECT_EQ(ask("DELETE", "/_aws/sns/sms-messages").status, 204u);
  EXPECT_TRUE(get("/_aws/sns/sms-messages")["sms_messages"].empty());
}

TEST_F(LocalStackTest, TokensOfSubscriptionsAreShown) {
  const auto arn = subscribe(make_topic("t"), "http", "http://localhost:1/");
  const auto shown = get("/_aws/sns/subscription-tokens/" + arn);
  EXPECT_FALSE(shown["subscription_token"].get<std::string>().empty());
  EXPECT_EQ(shown["subscription_arn"], arn);
}

TEST_F(LocalStackTest, ItsJsonHasSpacesWhereHealthChecksGrepForThem) {
  send(*make_queue("q"), R"(a:b,"c\",d:e)");
  const auto body = ask("GET", of(kUrl), "", "application/json").body;
  EXPECT_THAT(body, HasSubstr(R"("Body": "a:b,\"c\\\",d:e", ")"));
  EXPECT_THAT(body, Not(HasSubstr(":\"")));
}

}  // namespace
}  // namespace squire::test
