// With `auth: sigv4`: the lesser tokens, keys that change, who is told in the history, and what the
// log says of those who were refused.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "support/exchange_fixture.hpp"
#include "support/signer.hpp"

namespace squire::test {
namespace {

using access::Key;
using access::Principal;
using service::Bearer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kOwner = "000000000000";

class TokensTest : public ExchangeFixture {
 protected:
  TokensTest() {
    configure([&](service::DispatcherSettings& settings) { settings.access = &control; });
  }

  service::HttpReply as(const Key& key, const std::string& action, std::string body = "{}") {
    return call(sign(RequestText::json(action, std::move(body)), key, clock.now()));
  }
  service::HttpReply ask(const std::string& method, const std::string& target,
                         const std::string& token) {
    RequestText request;
    request.method = method;
    request.target = target;
    if (!token.empty()) request.authorization = "Bearer " + token;
    return call(std::move(request));
  }
  static std::string message(const service::HttpReply& reply) {
    return nlohmann::json::parse(reply.body).value("message", "");
  }

  const Key owner{"OWNER", "s1", Principal::root(kOwner)};
  const Key fresh{"FRESH", "s2", Principal::root(kOwner)};
  Bodies log;
  service::AccessControl control{
      {owner}, {"admin,1", "viewer", "metrics"}, clock, [this](const std::string& line) {
        log.push_back(line);
      }};
};

TEST_F(TokensTest, ATokenIsWhatItIsAndNothingElse) {
  for (const auto& [authorization, bearer] :
       {std::pair("Bearer admin,1", Bearer::Admin),
        {"Bearer admin,1, Credential=1/2/3/4/5", Bearer::Admin},
        {"Bearer admin,1,Credential=1/2/3/4/5", Bearer::Admin},
        {"Bearer viewer", Bearer::Viewer},
        {"Bearer viewer, Credential=1/2/3/4/5", Bearer::Viewer},
        {"Bearer metrics", Bearer::Metrics},
        {"Bearer viewer,admin,1", Bearer::Stranger},
        {"Bearer viewer, admin,1", Bearer::Stranger},
        {"Bearer admin", Bearer::Stranger},
        {"Bearer view", Bearer::Stranger},
        {"Bearer viewers", Bearer::Stranger},
        {"Bearer VIEWER", Bearer::Stranger},
        {"Bearer viewer,", Bearer::Stranger},
        {"Bearer ", Bearer::Stranger},
        {"Bearer", Bearer::Stranger},
        {"", Bearer::Nobody},
        {"bearer viewer", Bearer::Nobody},
        {"Basic viewer", Bearer::Nobody},
        {"AWS4-HMAC-SHA256 Credential=viewer", Bearer::Nobody}}) {
    EXPECT_EQ(control.bearer_of(authorization), bearer) << authorization;
  }
  const service::AccessControl without({owner}, {}, clock);
  EXPECT_EQ(without.bearer_of("Bearer "), Bearer::Stranger);
  EXPECT_EQ(without.bearer_of("Bearer"), Bearer::Stranger);
}

TEST_F(TokensTest, TheViewerLooksAndDoesNothingElse) {
  for (const char* path :
       {"/_squire/", "/_squire/queues", "/_squire/outbox", "/_squire/settings"}) {
    EXPECT_EQ(ask("GET", path, "viewer").status, 200u) << path;
    EXPECT_EQ(ask("HEAD", path, "viewer").status, 200u) << path;
  }
  for (const auto& [method, path] : {std::pair("POST", "/_squire/reset"),
                                     {"DELETE", "/_squire/outbox"},
                                     {"PUT", "/_squire/import"},
                                     {"POST", "/_squire/filter"},
                                     {"OPTIONS", "/_squire/queues"},
                                     {"GET", "/_squire/export"},
                                     {"GET", "/metrics"},
                                     {"GET", "/_aws/sns/sms-messages"},
                                     {"GET", "/_squirex"}}) {
    const auto reply = ask(method, path, "viewer");
    EXPECT_EQ(reply.status, 403u) << method << path;
    EXPECT_THAT(message(reply), HasSubstr("viewer_token")) << method << path;
  }
  EXPECT_THAT(log, IsEmpty()) << "it is no wrong token";
}

TEST_F(TokensTest, TheMetricsTokenReadsMetrics) {
  EXPECT_EQ(ask("GET", "/_squire/health", "metrics").status, 200u);
  for (const auto& [method, path] : {std::pair("POST", "/metrics"),
                                     {"GET", "/_squire/queues"},
                                     {"POST", "/_squire/reset"},
                                     {"GET", "/_squire/export"}}) {
    EXPECT_EQ(ask(method, path, "metrics").status, 403u) << method << path;
  }
  // There are none to show here, but nothing is in the way.
  EXPECT_NE(ask("GET", "/metrics", "metrics").status, 403u);
  EXPECT_EQ(ask("GET", "/metrics", "viewer").status, 403u);
}

TEST_F(TokensTest, NeitherCallsActions) {
  for (const auto& [token, setting] :
       {std::pair("viewer", "viewer_token"), {"metrics", "metrics_token"}}) {
    auto request = RequestText::json("ListQueues", "{}");
    request.authorization = "Bearer " + std::string(token);
    request.headers = {{"Authorization", request.authorization}};
    const auto reply = call(request);
    EXPECT_EQ(reply.status, 403u);
    EXPECT_EQ(reply.query_error, "AccessDenied;Sender");
    EXPECT_THAT(message(reply), HasSubstr(setting));
  }
}

TEST_F(TokensTest, AWrongTokenIsToldAndLoggedWithoutIt) {
  auto request = RequestText::json("ListQueues", "{}");
  request.authorization = "Bearer wrong";
  EXPECT_THAT(message(call(request)), HasSubstr("token behind Bearer is wrong"));
  EXPECT_EQ(ask("GET", "/_squire/queues", "wrong").status, 401u);
  EXPECT_EQ(ask("GET", "/_squire/queues", "").status, 401u)
      << "not logged: who asks for the console";
  EXPECT_THAT(log, ElementsAre("refused a token from 127.0.0.1, ListQueues: WrongToken",
                               "refused a token from 127.0.0.1, GET /_squire/queues: WrongToken"));
}

// ---- keys

TEST_F(TokensTest, OtherKeysTakeThePlaceOfThoseThereAre) {
  EXPECT_EQ(as(fresh, "ListQueues").status, 403u);
  control.use_keys({fresh});
  EXPECT_EQ(as(fresh, "ListQueues").status, 200u);
  EXPECT_EQ(as(owner, "ListQueues").status, 403u);
  auto changed = fresh;
  changed.secret = "s3";
  control.use_keys({changed});
  EXPECT_EQ(as(fresh, "ListQueues").status, 403u) << "nothing is kept of the old secret";
  EXPECT_EQ(as(changed, "ListQueues").status, 200u);
}

TEST_F(TokensTest, KeysThatCannotBeLeaveTheOthers) {
  EXPECT_THROW(control.use_keys({fresh, fresh}), std::invalid_argument);
  EXPECT_EQ(as(owner, "ListQueues").status, 200u);
}

TEST_F(TokensTest, ACallThatWaitsOutlivesItsKey) {
  as(owner, "CreateQueue", R"({"QueueName":"q"})");
  const auto poll =
      start(sign(RequestText::json("ReceiveMessage", R"({"QueueUrl":"q","WaitTimeSeconds":5})"),
                 owner, clock.now()));
  ASSERT_EQ(poll->run(), Step::WaitForMessage);
  control.use_keys({fresh});
  clock.advance(6s);
  EXPECT_EQ(poll->run(), Step::Reply);
  EXPECT_EQ(poll->reply().status, 200u);
}

// ---- who it was

class SenderTest : public TokensTest {
 protected:
  SenderTest() { as(owner, "CreateQueue", R"({"QueueName":"q"})"); }

  // The access keys of all that happened.
  std::vector<std::string> senders() {
    std::vector<std::string> found;
    for (const auto& queue : broker.all_queues()) {
      for (const auto& peeked : queue->peek({{}, 0, 10}).messages) {
        const auto page =
            ask("GET", "/_squire/messages/" + to_string(peeked.message.row.id), "admin,1");
        const auto json = nlohmann::json::parse(page.body);
        for (const auto& event : json["events"])
          found.push_back(event["by"]["accessKey"].get<std::string>());
      }
    }
    return found;
  }
};

TEST_F(SenderTest, TheNameComesFromTheKeyThatVerified) {
  const std::string form =
      "Action=SendMessage&QueueUrl=q&MessageBody=a&X-Amz-Credential="
      "FRESH%2F20261123%2Fus-east-1%2Fsqs%2Faws4_request&AWSAccessKeyId=FRESH";
  EXPECT_EQ(call(sign(RequestText::query(form), owner, clock.now())).status, 200u);
  EXPECT_THAT(senders(), ElementsAre("OWNER"));
}

TEST_F(SenderTest, AnUnsignedRequestHasNoName) {
  const nlohmann::json policy = {
      {"Version", "2012-10-17"},
      {"Statement", {{"Effect", "Allow"}, {"Principal", "*"}, {"Action", "*"}, {"Resource", "*"}}}};
  const nlohmann::json attributes = {{"QueueUrl", "q"},
                                     {"Attributes", {{"Policy", policy.dump()}}}};
  ASSERT_EQ(as(owner, "SetQueueAttributes", attributes.dump()).status, 200u);
  EXPECT_EQ(call(RequestText::query("Action=SendMessage&QueueUrl=q&MessageBody=a&X-Amz-Credential="
                                    "OWNER%2F20261123%2Fus-east-1%2Fsqs%2Faws4_request"))
                .status,
            200u);
  EXPECT_THAT(senders(), Not(testing::Contains("OWNER")));
}

// ---- the log

TEST_F(TokensTest, ARefusedSignatureIsLogged) {
  auto thief = owner;
  thief.secret = "guessed";
  as(thief, "ListQueues");
  as(fresh, "SendMessage");
  call(sign(RequestText::json("ListQueues", "{}"), owner, clock.now() - 1h));
  EXPECT_THAT(log,
              ElementsAre("refused key OWNER from 127.0.0.1, ListQueues: SignatureDoesNotMatch",
                          "refused key FRESH from 127.0.0.1, SendMessage: InvalidClientTokenId",
                          HasSubstr("SignatureDoesNotMatch: Signature expired: ")));
}

TEST_F(TokensTest, WhatIsServedIsNot) {
  as(owner, "ListQueues");
  ask("GET", "/_squire/queues", "admin,1");
  EXPECT_THAT(log, IsEmpty());
}

TEST(RefusalLogTest, AMinuteHasSoManyLines) {
  Bodies lines;
  const service::RefusalLog log([&](const std::string& line) { lines.push_back(line); });
  const TimePoint now{1h};
  const service::Refusal refusal{"KEY", "SendMessage", "10.0.0.1", "SignatureDoesNotMatch"};
  for (int i = 0; i < 100; ++i) log.tell(refusal, now + Seconds(i / 2));
  EXPECT_EQ(lines.size(), service::RefusalLog::kLinesPerMinute);
  lines.clear();
  log.tell(refusal, now + 61s);
  EXPECT_THAT(lines,
              ElementsAre("refused before: 40 requests more",
                          "refused key KEY from 10.0.0.1, SendMessage: SignatureDoesNotMatch"));
}

TEST(RefusalLogTest, NobodyBeginsALineOfHisOwn) {
  Bodies lines;
  const service::RefusalLog log([&](const std::string& line) { lines.push_back(line); });
  log.tell({"A\nB\x1b[31m\xff", std::string(1000, 'x'), "1", "\r"}, TimePoint{1h});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_LT(lines[0].size(), 300u);
  EXPECT_TRUE(lines[0].starts_with("refused key A?B?[31m? from 1, xxx"));
  for (const char c : lines[0]) EXPECT_TRUE(c >= ' ' && c <= '~');
  service::RefusalLog(nullptr).tell({}, TimePoint{1h});
}

}  // namespace
}  // namespace squire::test
