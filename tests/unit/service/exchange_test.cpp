#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "squire/core/internal_errors.hpp"
#include "squire/core/text.hpp"
#include "support/exchange_fixture.hpp"
#include "support/xml_tree.hpp"

namespace squire::test {
namespace {

using testing::HasSubstr;

class ExchangeTest : public ExchangeFixture {
 protected:
  ExchangeTest() { create("q"); }

  void create(const std::string& queue, const std::string& attributes = "{}") {
    ASSERT_EQ(call(RequestText::json("CreateQueue", R"({"QueueName":")" + queue +
                                                        R"(","Attributes":)" + attributes + "}"))
                  .status,
              200u);
  }

  static RequestText send(const std::string& body) {
    return RequestText::json("SendMessage", R"({"QueueUrl":"q","MessageBody":")" + body + "\"}");
  }
  static RequestText receive(int wait_seconds, const std::string& more = {}) {
    return RequestText::json("ReceiveMessage", R"({"QueueUrl":"q","WaitTimeSeconds":)" +
                                                   std::to_string(wait_seconds) + more + "}");
  }

  static std::vector<std::string> bodies(const service::HttpReply& reply) {
    std::vector<std::string> bodies;
    const auto json = nlohmann::json::parse(reply.body);
    for (const auto& message : json.value("Messages", nlohmann::json::array())) {
      bodies.push_back(message["Body"]);
    }
    return bodies;
  }
};

// ---- what nobody expected

Result<service::Reply> fail_inside(service::Call&, const service::Question&) {
  throw std::runtime_error("a bug");
}

// SQS with one action, which does that.
class OddServiceTest : public ExchangeTest {
 protected:
  explicit OddServiceTest(service::Invoke invoke) : actions{{{"SendMessage", invoke}}} {
    service.actions = actions;
    dispatcher = std::make_unique<service::Dispatcher>(
        broker, std::vector<const service::Service*>{&service}, service::DispatcherSettings{},
        &site);
  }

  const std::array<service::ActionEntry, 1> actions;
  service::Service service = sqs::service();
};

class BuggyServiceTest : public OddServiceTest {
 protected:
  BuggyServiceTest() : OddServiceTest(&fail_inside) {}
};

TEST_F(BuggyServiceTest, AnExceptionIsAnInternalFailureInTheProtocolThatAsked) {
  const auto before = internal_errors().count(Border::Request);
  const auto json = call(send("a"));
  EXPECT_EQ(json.status, 500u);
  EXPECT_THAT(json.body, HasSubstr("InternalFailure"));
  const auto query = call(RequestText::query("Action=SendMessage&QueueUrl=q&MessageBody=a"));
  EXPECT_EQ(query.status, 500u);
  EXPECT_THAT(query.body, HasSubstr("<Code>InternalFailure</Code>"));
  EXPECT_EQ(internal_errors().count(Border::Request), before + 2);
}

// ---- what takes long

Result<service::Reply> take_long(service::Call& call, const service::Question&) {
  if (call.must_move(1'000'000)) return service::Reply();
  return wire::Answer{200, "application/x-amz-json-1.0", {}, {}, R"({"is":"done"})"};
}

class LongServiceTest : public OddServiceTest {
 protected:
  LongServiceTest() : OddServiceTest(&take_long) {}
};

TEST_F(LongServiceTest, WhatTakesLongIsDoneWhereNobodyWaitsForTheThread) {
  const auto running = start(send("a"));
  ASSERT_EQ(running->run(), Step::Move);
  ASSERT_EQ(running->run(), Step::Move) << "it was not moved yet";
  running->exchange.run_elsewhere();
  ASSERT_EQ(running->run(), Step::Reply);
  EXPECT_EQ(running->reply().body, R"({"is":"done"})");
}

TEST_F(ExchangeTest, PagesOfTheSiteTakeLongOnceThereIsMuchToShow) {
  RequestText page;
  page.method = "GET";
  page.target = "/_squire/queues?limit=1";
  const auto small = start(page);
  EXPECT_EQ(small->run(), Step::Reply);
  for (int i = 0; i < 1000; ++i) create("q" + std::to_string(i));
  journal.commit();
  const auto large = start(page);
  ASSERT_EQ(large->run(), Step::Move);
  large->exchange.run_elsewhere();
  ASSERT_EQ(large->run(), Step::Reply);
  EXPECT_EQ(nlohmann::json::parse(large->reply().body)["count"], 1001);
  page.target = "/_squire/health";
  EXPECT_EQ(start(page)->run(), Step::Reply) << "health waits for nobody";
}

TEST_F(ExchangeTest, PagesOfMessagesMayTakeLong) {
  create("q");
  call(send("a"));
  RequestText page;
  page.method = "GET";
  page.target = "/_squire/queues/q/messages";
  const auto peek = start(page);
  ASSERT_EQ(peek->run(), Step::Move);
  peek->exchange.run_elsewhere();
  ASSERT_EQ(peek->run(), Step::Reply);
  EXPECT_EQ(nlohmann::json::parse(peek->reply().body)["count"], 1);
}

// ---- waiting for messages

TEST_F(ExchangeTest, AReceiveThatFindsAMessageAnswersAtOnce) {
  call(send("a"));
  const auto poll = start(receive(20));
  EXPECT_EQ(poll->run(), Step::Reply);
  EXPECT_EQ(bodies(poll->reply()), Bodies{"a"});
}

TEST_F(ExchangeTest, AShortPollOfAnEmptyQueueAnswersAtOnce) {
  const auto poll = start(receive(0));
  EXPECT_EQ(poll->run(), Step::Reply);
  EXPECT_EQ(poll->reply().body, "{}");
}

TEST_F(ExchangeTest, ALongPollWaitsUntilAMessageWakesIt) {
  const auto poll = start(receive(20));
  ASSERT_EQ(poll->run(), Step::WaitForMessage);
  EXPECT_EQ(poll->waiter->count, 0);
  call(send("a"));
  EXPECT_EQ(poll->waiter->count, 1);
  EXPECT_EQ(poll->run(), Step::Reply);
  EXPECT_EQ(bodies(poll->reply()), Bodies{"a"});
}

TEST_F(ExchangeTest, AWaitingPollIsUnderstoodAndNeedsItsBodyNoMore) {
  for (auto request : {receive(20, R"(,"VisibilityTimeout":0)"),
                       RequestText::query("Action=ReceiveMessage&QueueUrl=q&WaitTimeSeconds=20")}) {
    const auto poll = start(std::move(request));
    EXPECT_TRUE(poll->exchange.needs_body());
    ASSERT_EQ(poll->run(), Step::WaitForMessage);
    ASSERT_FALSE(poll->exchange.needs_body());
    std::fill(poll->request.body.begin(), poll->request.body.end(), '?');
    ASSERT_EQ(poll->run(), Step::WaitForMessage);
    call(send("a"));
    ASSERT_EQ(poll->run(), Step::Reply);
    EXPECT_EQ(poll->reply().status, 200u);
    EXPECT_THAT(poll->reply().body, HasSubstr("0cc175b9c0f1b6a831c399e269772661"));
    call(RequestText::json("PurgeQueue", R"({"QueueUrl":"q"})"));
  }
}

// As after an import: who waits for a queue means its name.
TEST_F(ExchangeTest, APollFindsTheQueueThatHasTakenThePlaceOfItsOwn) {
  const auto poll = start(receive(20));
  ASSERT_EQ(poll->run(), Step::WaitForMessage);
  call(RequestText::json("DeleteQueue", R"({"QueueUrl":"q"})"));
  create("q");
  ASSERT_EQ(poll->run(), Step::WaitForMessage);
  call(send("a"));
  ASSERT_EQ(poll->run(), Step::Reply);
  EXPECT_EQ(bodies(poll->reply()), Bodies{"a"});
}

TEST_F(ExchangeTest, APollWhosePatienceIsEndedAnswers) {
  const auto poll = start(receive(20));
  ASSERT_EQ(poll->run(), Step::WaitForMessage);
  poll->exchange.end_patience();
  EXPECT_EQ(poll->run(), Step::Reply);
  EXPECT_EQ(poll->reply().body, "{}");
}

TEST_F(ExchangeTest, ALongPollThatIsWokenForNothingGoesOnWaiting) {
  const auto poll = start(receive(20));
  ASSERT_EQ(poll->run(), Step::WaitForMessage);
  const auto deadline = poll->exchange.deadline();
  clock.advance(5s);
  EXPECT_EQ(poll->run(), Step::WaitForMessage);
  EXPECT_EQ(poll->exchange.deadline(), deadline);
}

TEST_F(ExchangeTest, TheDeadlineIsCountedFromTheFirstRun) {
  const auto poll = start(receive(20));
  const auto began = clock.now();
  ASSERT_EQ(poll->run(), Step::WaitForMessage);
  EXPECT_EQ(poll->exchange.deadline(), began + 20s);
  clock.advance(19'999ms);
  EXPECT_EQ(poll->run(), Step::WaitForMessage);
  clock.advance(1ms);
  EXPECT_EQ(poll->run(), Step::Reply);
  EXPECT_EQ(poll->reply().status, 200u);
  EXPECT_EQ(poll->reply().body, "{}");
}

TEST_F(ExchangeTest, TheQueuesOwnWaitCountsIfTheRequestSaysNothing) {
  create("patient", R"({"ReceiveMessageWaitTimeSeconds":"7"})");
  const auto poll = start(RequestText::json("ReceiveMessage", R"({"QueueUrl":"patient"})"));
  ASSERT_EQ(poll->run(), Step::WaitForMessage);
  EXPECT_EQ(poll->exchange.deadline(), clock.now() + 7s);
}

TEST_F(ExchangeTest, AnEmptyAnswerInXmlHasItsResult) {
  auto request =
      RequestText::query("Action=ReceiveMessage&QueueUrl=q&WaitTimeSeconds=1&Version=2012-11-05");
  const auto poll = start(request);
  ASSERT_EQ(poll->run(), Step::WaitForMessage);
  clock.advance(1s);
  ASSERT_EQ(poll->run(), Step::Reply);
  EXPECT_THAT(poll->reply().body, HasSubstr("<ReceiveMessageResult/>"));
}

TEST_F(ExchangeTest, StoppingTheDaemonEndsTheWait) {
  const auto poll = start(receive(20));
  ASSERT_EQ(poll->run(), Step::WaitForMessage);
  dispatcher->stop_waiting();
  EXPECT_EQ(poll->run(), Step::Reply);
  EXPECT_EQ(poll->reply().body, "{}");
}

TEST_F(ExchangeTest, AStoppingDaemonStillAnswersWhatItHas) {
  dispatcher->stop_waiting();
  call(send("a"));
  const auto full = start(receive(20));
  ASSERT_EQ(full->run(), Step::Reply);
  EXPECT_EQ(bodies(full->reply()), Bodies{"a"});
  const auto empty = start(receive(20));
  EXPECT_EQ(empty->run(), Step::Reply);
  EXPECT_EQ(empty->reply().body, "{}");
}

TEST_F(ExchangeTest, DeletingTheQueueEndsTheWaitWithAnError) {
  const auto poll = start(receive(20));
  ASSERT_EQ(poll->run(), Step::WaitForMessage);
  call(RequestText::json("DeleteQueue", R"({"QueueUrl":"q"})"));
  EXPECT_EQ(poll->waiter->count, 1);
  ASSERT_EQ(poll->run(), Step::Reply);
  EXPECT_EQ(poll->reply().query_error, "AWS.SimpleQueueService.NonExistentQueue;Sender");
}

TEST_F(ExchangeTest, AnAbandonedPollHandsItsWakeUpOn) {
  auto leaving = start(receive(20));
  const auto staying = start(receive(20));
  ASSERT_EQ(leaving->run(), Step::WaitForMessage);
  ASSERT_EQ(staying->run(), Step::WaitForMessage);
  call(send("a"));
  ASSERT_EQ(leaving->waiter->count, 1);
  ASSERT_EQ(staying->waiter->count, 0);
  leaving.reset();
  EXPECT_EQ(staying->waiter->count, 1);
  EXPECT_EQ(staying->run(), Step::Reply);
  EXPECT_EQ(bodies(staying->reply()), Bodies{"a"});
}

TEST_F(ExchangeTest, APollThatWaitsKeepsNoMessageWhenItIsAbandoned) {
  auto leaving = start(receive(20));
  ASSERT_EQ(leaving->run(), Step::WaitForMessage);
  call(send("a"));
  leaving.reset();
  EXPECT_EQ(bodies(call(receive(0))), Bodies{"a"});
}

TEST_F(ExchangeTest, WithoutAWaiterNobodyWaits) {
  const auto request = receive(20);
  service::Exchange poll(*dispatcher, request.view(), nullptr);
  EXPECT_EQ(poll.run(), Step::Reply);
  EXPECT_EQ(poll.reply().body, "{}");
}

// ---- waiting for the disk

TEST_F(ExchangeTest, AReplyIsHeldBackUntilItIsDurable) {
  const auto sending = start(send("a"));
  ASSERT_EQ(sending->run(), Step::WaitForCommit);
  EXPECT_EQ(sending->run(), Step::WaitForCommit);
  EXPECT_GT(sending->exchange.ticket(), 0u);
  journal.commit();
  ASSERT_EQ(sending->run(), Step::Reply);
  EXPECT_EQ(sending->reply().status, 200u);
  EXPECT_THAT(sending->reply().body, HasSubstr("MD5OfMessageBody"));
}

TEST_F(ExchangeTest, RunningAgainAfterACommitDoesNothingTwice) {
  const auto sending = start(send("a"));
  for (int i = 0; i < 3; ++i) ASSERT_EQ(sending->run(), Step::WaitForCommit);
  journal.commit();
  for (int i = 0; i < 3; ++i) ASSERT_EQ(sending->run(), Step::Reply);
  EXPECT_EQ(bodies(call(receive(0, R"(,"MaxNumberOfMessages":10)"))), Bodies{"a"});
}

TEST_F(ExchangeTest, OneCommitServesAllThatCameBeforeIt) {
  const auto first = start(send("a"));
  const auto second = start(send("b"));
  ASSERT_EQ(first->run(), Step::WaitForCommit);
  ASSERT_EQ(second->run(), Step::WaitForCommit);
  journal.commit();
  const auto third = start(send("c"));
  ASSERT_EQ(third->run(), Step::WaitForCommit);
  EXPECT_EQ(first->run(), Step::Reply);
  EXPECT_EQ(second->run(), Step::Reply);
  EXPECT_EQ(third->run(), Step::WaitForCommit);
}

TEST_F(ExchangeTest, WhatChangesNothingWaitsForNothing) {
  const auto sending = start(send("a"));
  ASSERT_EQ(sending->run(), Step::WaitForCommit);
  EXPECT_EQ(start(RequestText::json("ListQueues", "{}"))->run(), Step::Reply);
  EXPECT_EQ(start(receive(0))->run(), Step::Reply);
  EXPECT_EQ(start(send(""))->run(), Step::Reply);  // an error
}

TEST_F(ExchangeTest, AFailedCommitTurnsTheReplyInto503) {
  const auto json = start(send("a"));
  const auto query =
      start(RequestText::query("Action=SendMessage&QueueUrl=q&MessageBody=b&Version=2012-11-05"));
  ASSERT_EQ(json->run(), Step::WaitForCommit);
  ASSERT_EQ(query->run(), Step::WaitForCommit);
  journal.fail();
  ASSERT_EQ(json->run(), Step::Reply);
  EXPECT_EQ(json->reply().status, 503u);
  EXPECT_EQ(json->reply().query_error, "ServiceUnavailable;Receiver");
  EXPECT_EQ(nlohmann::json::parse(json->reply().body)["__type"],
            "com.amazon.coral.service#ServiceUnavailableException");
  ASSERT_EQ(query->run(), Step::Reply);
  EXPECT_EQ(query->reply().status, 503u);
  const auto root = XmlReader::read(query->reply().body);
  EXPECT_EQ(root.child("Error")->child("Code")->text, "ServiceUnavailable");
  EXPECT_EQ(root.child("Error")->child("Type")->text, "Receiver");
  EXPECT_EQ(root.child("RequestId")->text, query->reply().request_id);
}

TEST_F(ExchangeTest, WhatWasDurableBeforeTheFailureIsAnswered) {
  const auto sending = start(send("a"));
  ASSERT_EQ(sending->run(), Step::WaitForCommit);
  journal.commit();
  journal.fail();
  ASSERT_EQ(sending->run(), Step::Reply);
  EXPECT_EQ(sending->reply().status, 200u);
}

TEST_F(ExchangeTest, AfterAFailureEveryRequestGets503) {
  journal.fail();
  for (const auto& request : {send("a"), receive(20), RequestText::json("ListQueues", "{}"),
                              RequestText::query("Action=ListQueues")}) {
    EXPECT_EQ(call(request).status, 503u) << request.amz_target;
  }
}

TEST_F(ExchangeTest, AWaitingPollGets503WhenTheJournalFails) {
  const auto poll = start(receive(20));
  ASSERT_EQ(poll->run(), Step::WaitForMessage);
  journal.fail();
  ASSERT_EQ(poll->run(), Step::Reply);
  EXPECT_EQ(poll->reply().status, 503u);
}

TEST_F(ExchangeTest, RequestsAreRefusedWhileTheBacklogIsTooLong) {
  configure([](auto& settings) { settings.journal_backlog_max = 2; });
  std::vector<std::unique_ptr<Running>> sending;
  while (journal.backlog_count() <= 2) {
    sending.push_back(start(send("a")));
    ASSERT_EQ(sending.back()->run(), Step::WaitForCommit);
  }
  const auto json = start(send("b"));
  ASSERT_EQ(json->run(), Step::Reply);
  EXPECT_EQ(json->reply().status, 503u);
  const auto query = start(RequestText::query("Action=SendMessage&QueueUrl=q&MessageBody=b"));
  ASSERT_EQ(query->run(), Step::Reply);
  EXPECT_EQ(query->reply().status, 503u);
  journal.commit();
  for (const auto& one : sending) {
    ASSERT_EQ(one->run(), Step::Reply);
    EXPECT_EQ(one->reply().status, 200u);
  }
  EXPECT_EQ(call(send("b")).status, 200u);
}

// ---- what goes wrong

TEST_F(ExchangeTest, AnErrorHasTheShapeOfItsProtocol) {
  const auto json = call(RequestText::json("SendMessage", R"({"QueueUrl":"none"})"));
  EXPECT_EQ(json.status, 400u);
  EXPECT_EQ(json.query_error, "MissingParameter;Sender");
  EXPECT_EQ(
      nlohmann::json::parse(json.body),
      nlohmann::json({{"__type", "com.amazon.coral.service#MissingRequiredParameterException"},
                      {"message", "The request must contain the parameter MessageBody."}}));
  const auto query = call(RequestText::query("Action=SendMessage&QueueUrl=none&MessageBody=b"));
  EXPECT_EQ(query.status, 400u);
  EXPECT_EQ(query.query_error, "");
  EXPECT_EQ(XmlReader::read(query.body).child("Error")->child("Message")->text,
            "The specified queue does not exist for this wsdl version.");
}

// Whatever a queue was told, its answers must stay JSON and XML.
TEST_F(ExchangeTest, AttributesThatAreNoTextDoNotComeBack) {
  for (const char* character : {"\\ud800", "\\u0000", "\\u001f", "\\ufffe", "\\uffff"}) {
    call(RequestText::json(
        "SetQueueAttributes",
        R"({"QueueUrl":"q","Attributes":{"KmsMasterKeyId":"k)" + std::string(character) + "\"}}"));
    const auto json = call(
        RequestText::json("GetQueueAttributes", R"({"QueueUrl":"q","AttributeNames":["All"]})"));
    EXPECT_TRUE(nlohmann::json::accept(json.body)) << character;
    const auto query =
        call(RequestText::query("Action=GetQueueAttributes&QueueUrl=q&AttributeName.1=All"));
    EXPECT_EQ(first_illegal_character(query.body), std::nullopt) << character;
    EXPECT_NO_THROW(XmlReader::read(query.body)) << character;
  }
}

TEST_F(ExchangeTest, HealthIsThereUnlessAQueueOfThatNameIsMeant) {
  call(RequestText::json("CreateQueue", R"({"QueueName":"health"})"));
  RequestText look;
  look.method = "GET";
  look.target = "/health";
  EXPECT_EQ(call(look).status, 200u);
  EXPECT_EQ(call(look).content_type, "application/json");
  auto purge = RequestText::query("Action=PurgeQueue&Version=2012-11-05");
  purge.target = "/health";
  EXPECT_EQ(call(purge).status, 400u) << "its path alone is another one's";
  EXPECT_EQ(call(std::move(purge).signed_for("test", "us-east-1")).status, 200u);
}

TEST_F(ExchangeTest, ABodyThatIsNoJsonIsASerializationError) {
  const auto reply = call(RequestText::json("ListQueues", "{"));
  EXPECT_EQ(reply.status, 400u);
  EXPECT_EQ(nlohmann::json::parse(reply.body)["__type"],
            "com.amazon.coral.service#SerializationException");
}

TEST_F(ExchangeTest, AFullDiskRefusesWhatAddsToItAndServesTheRest) {
  call(RequestText::json("CreateQueue", R"({"QueueName": "q"})"));
  call(RequestText::json("SendMessage", R"({"QueueUrl": "q", "MessageBody": "m"})"));
  journal.set_room(engine::Room::Scarce);
  const std::set<std::string_view> adding = {
      "AddPermission",      "CreateQueue",          "SendMessage", "SendMessageBatch",
      "SetQueueAttributes", "StartMessageMoveTask", "TagQueue"};
  for (const auto& action : sqs::service().actions) {
    const auto reply = call(RequestText::json(std::string(action.name), R"({"QueueUrl": "none"})"));
    EXPECT_EQ(reply.status == 503, adding.contains(action.name)) << action.name;
  }
  EXPECT_EQ(call(RequestText::json("ReceiveMessage", R"({"QueueUrl": "q"})")).status, 200u);
  EXPECT_EQ(call(RequestText::json("PurgeQueue", R"({"QueueUrl": "q"})")).status, 200u);
  const auto refused =
      call(RequestText::json("SendMessage", R"({"QueueUrl": "q", "MessageBody": "m"})"));
  EXPECT_EQ(refused.status, 503u);
  EXPECT_THAT(refused.body, testing::HasSubstr("no space left"));
  journal.set_room(engine::Room::Enough);
  EXPECT_EQ(
      call(RequestText::json("SendMessage", R"({"QueueUrl": "q", "MessageBody": "m"})")).status,
      200u);
}

TEST_F(ExchangeTest, WhoeverWaitsForADiskWithoutRoomIsTold) {
  call(RequestText::json("CreateQueue", R"({"QueueName": "q"})"));
  const auto sending =
      start(RequestText::json("SendMessage", R"({"QueueUrl": "q", "MessageBody": "m"})"));
  ASSERT_EQ(sending->run(), Step::WaitForCommit);
  journal.set_room(engine::Room::None);
  ASSERT_EQ(sending->run(), Step::Reply);
  EXPECT_EQ(sending->reply().status, 503u);
}

TEST_F(ExchangeTest, WhoeverChangesThingsBySiteIsToldAsWell) {
  RequestText reset;
  reset.target = "/_squire/reset";
  call(reset);
  create("q");
  journal.commit();
  const auto early = start(reset);
  ASSERT_EQ(early->run(), Step::WaitForCommit);
  journal.set_room(engine::Room::None);
  ASSERT_EQ(early->run(), Step::Reply);
  EXPECT_EQ(early->reply().status, 503u);
  EXPECT_THAT(nlohmann::json::parse(early->reply().body)["message"], HasSubstr("disk"));
}

TEST_F(ExchangeTest, HealthTellsOfAFullDisk) {
  RequestText health;
  health.method = "GET";
  health.target = "/_squire/health";
  EXPECT_FALSE(nlohmann::json::parse(call(health).body).contains("disk"));
  journal.set_room(engine::Room::Scarce);
  const auto full = call(health);
  EXPECT_EQ(full.status, 200u);
  EXPECT_EQ(nlohmann::json::parse(full.body)["disk"], "full");
}

TEST_F(ExchangeTest, AFifoReceiveWaitsForItsCommitAndAStandardOneDoesNot) {
  call(RequestText::json("CreateQueue", R"({"QueueName": "q"})"));
  call(RequestText::json("CreateQueue",
                         R"({"QueueName": "q.fifo", "Attributes": {"FifoQueue": "true"}})"));
  call(RequestText::json("SendMessage", R"({"QueueUrl": "q", "MessageBody": "m"})"));
  call(RequestText::json("SendMessage",
                         R"({"QueueUrl": "q.fifo", "MessageBody": "m", "MessageGroupId": "g",
                             "MessageDeduplicationId": "d"})"));
  EXPECT_EQ(start(RequestText::json("ReceiveMessage", R"({"QueueUrl": "q"})"))->run(), Step::Reply);
  const auto receiving = start(RequestText::json("ReceiveMessage", R"({"QueueUrl": "q.fifo"})"));
  ASSERT_EQ(receiving->run(), Step::WaitForCommit);
  journal.commit();
  ASSERT_EQ(receiving->run(), Step::Reply);
  EXPECT_THAT(receiving->reply().body, testing::HasSubstr("ReceiptHandle"));
}

}  // namespace
}  // namespace squire::test
