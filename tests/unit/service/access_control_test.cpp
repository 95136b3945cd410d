// The dispatcher with `auth: sigv4`: who asks, whether he may, and what he is told.
#include "squire/service/access_control.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "support/exchange_fixture.hpp"
#include "support/signer.hpp"

namespace squire::test {
namespace {

using access::Key;
using access::Policy;
using access::Principal;

constexpr const char* kOwner = "000000000000";
constexpr const char* kPartner = "111122223333";

std::shared_ptr<const Policy> identity_policy(const std::string& action) {
  return Policy::compile(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":")" +
                             action + R"(","Resource":"*"}})",
                         Policy::Kind::Identity)
      .value();
}

class AccessControlTest : public ExchangeFixture {
 protected:
  AccessControlTest() {
    configure([&](service::DispatcherSettings& settings) { settings.access = &control; });
    as(owner, "CreateQueue", R"({"QueueName":"q"})");
  }

  service::HttpReply as(const Key& key, const std::string& action, std::string body) {
    return call(sign(RequestText::json(action, std::move(body)), key, clock.now()));
  }
  service::HttpReply send(const Key& key, const std::string& url = "/000000000000/q") {
    return as(key, "SendMessage", R"({"QueueUrl":")" + url + R"(","MessageBody":"hello"})");
  }
  // With the policy's one statement about the queue, in which these are the other elements.
  void set_policy(const std::string& elements) {
    const std::string policy =
        R"({"Version":"2012-10-17","Statement":{"Resource":"*",)" + elements + "}}";
    set_policy_text(policy);
  }
  void set_policy_text(const std::string& policy) {
    const nlohmann::json request = {{"QueueUrl", "q"}, {"Attributes", {{"Policy", policy}}}};
    ASSERT_EQ(as(owner, "SetQueueAttributes", request.dump()).status, 200u);
  }
  static std::string code(const service::HttpReply& reply) {
    return reply.query_error.substr(0, reply.query_error.find(';'));
  }
  static std::string message(const service::HttpReply& reply) {
    return nlohmann::json::parse(reply.body).value("message", "");
  }

  const Key owner{"OWNER", "s1", Principal::root(kOwner)};
  const Key sender{"SENDER", "s2", Principal::user(kOwner, "sender"),
                   {},       {},   identity_policy("sqs:SendMessage")};
  const Key reader{"READER", "s3", Principal::user(kOwner, "reader"),
                   {},       {},   identity_policy("sqs:ReceiveMessage")};
  const Key partner{"PARTNER", "s4", Principal::root(kPartner)};
  service::AccessControl control{{owner, sender, reader, partner}, {"token,1"}, clock};
};

TEST_F(AccessControlTest, TheOwnerMaySend) {
  EXPECT_EQ(send(owner).status, 200u);
}

TEST_F(AccessControlTest, TheAccountAndRegionAreTheKeysAndTheScopes) {
  const auto request = RequestText::json("GetQueueUrl", R"({"QueueName":"q"})");
  const auto elsewhere = call(sign(request, owner, clock.now(), "sqs", "eu-west-1"));
  EXPECT_EQ(code(elsewhere), "AWS.SimpleQueueService.NonExistentQueue");
  EXPECT_NE(as(owner, "GetQueueUrl", R"({"QueueName":"q"})").body.find("/000000000000/q"),
            std::string::npos);
}

TEST_F(AccessControlTest, AWrongSecretIsRefusedBeforeAnythingElse) {
  auto thief = owner;
  thief.secret = "guessed";
  const auto reply = as(thief, "SendMessage", "no JSON");
  EXPECT_EQ(reply.status, 403u);
  EXPECT_EQ(code(reply), "SignatureDoesNotMatch");
  EXPECT_NE(reply.body.find("com.amazon.coral.service#InvalidSignatureException"),
            std::string::npos);
}

TEST_F(AccessControlTest, AnUnknownKeyIsRefused) {
  auto stranger = owner;
  stranger.access_key = "STRANGER";
  const auto reply = send(stranger);
  EXPECT_EQ(reply.status, 403u);
  EXPECT_EQ(code(reply), "InvalidClientTokenId");
  EXPECT_NE(reply.body.find("UnrecognizedClientException"), std::string::npos);
}

TEST_F(AccessControlTest, AnAlteredBodyIsRefused) {
  auto request = sign(RequestText::json("SendMessage", R"({"QueueUrl":"q","MessageBody":"1"})"),
                      owner, clock.now());
  request.body[request.body.size() - 3] = '2';
  EXPECT_EQ(code(call(std::move(request))), "SignatureDoesNotMatch");
}

TEST_F(AccessControlTest, AnotherServicesSignatureIsRefused) {
  const auto reply = call(sign(RequestText::json("ListQueues", "{}"), owner, clock.now(), "sns"));
  EXPECT_EQ(message(reply), "Credential should be scoped to correct service: 'sqs'.");
}

TEST_F(AccessControlTest, ARequestInQueryFormIsVerifiedLikeOneInJson) {
  EXPECT_EQ(call(sign(RequestText::query("Action=ListQueues"), owner, clock.now())).status, 200u);
  auto thief = owner;
  thief.secret = "guessed";
  const auto refused = call(sign(RequestText::query("Action=ListQueues"), thief, clock.now()));
  EXPECT_EQ(refused.status, 403u);
  EXPECT_NE(refused.body.find("<Code>SignatureDoesNotMatch</Code>"), std::string::npos);
}

TEST_F(AccessControlTest, AnUnsignedRequestNeedsAPolicyForEveryone) {
  const auto request =
      RequestText::json("SendMessage", R"({"QueueUrl":"/000000000000/q","MessageBody":"m"})");
  const auto refused = call(request);
  EXPECT_EQ(refused.status, 403u);
  EXPECT_EQ(code(refused), "MissingAuthenticationToken");
  EXPECT_EQ(message(refused), "Request is missing Authentication Token");
  set_policy(R"("Effect":"Allow","Principal":"*","Action":"sqs:SendMessage")");
  EXPECT_EQ(call(request).status, 200u);
}

TEST_F(AccessControlTest, AUserMayWhatHisPolicyAllows) {
  EXPECT_EQ(send(sender).status, 200u);
  const auto refused = send(reader);
  EXPECT_EQ(refused.status, 403u);
  EXPECT_EQ(code(refused), "AccessDenied");
  EXPECT_EQ(message(refused),
            "User: arn:aws:iam::000000000000:user/reader is not authorized to perform: "
            "sqs:sendmessage on resource: arn:aws:sqs:us-east-1:000000000000:q because no "
            "identity-based policy allows the sqs:sendmessage action");
}

TEST_F(AccessControlTest, ABatchNeedsThePermissionOfItsAction) {
  const std::string batch = R"({"QueueUrl":"q","Entries":[{"Id":"a","MessageBody":"m"}]})";
  EXPECT_EQ(as(sender, "SendMessageBatch", batch).status, 200u);
  EXPECT_EQ(code(as(reader, "SendMessageBatch", batch)), "AccessDenied");
}

TEST_F(AccessControlTest, WhoMayNotLookLearnsNotWhetherAQueueExists) {
  EXPECT_EQ(code(send(owner, "nowhere")), "AWS.SimpleQueueService.NonExistentQueue");
  EXPECT_EQ(code(send(partner, "/000000000000/nowhere")), "AccessDenied");
  EXPECT_EQ(code(send(partner)), "AccessDenied");
}

TEST_F(AccessControlTest, AnotherAccountNeedsTheQueuesPolicy) {
  EXPECT_NE(message(send(partner))
                .find("because no resource-based policy allows the "
                      "sqs:sendmessage action"),
            std::string::npos);
  set_policy(R"("Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sqs:*")");
  EXPECT_EQ(send(partner).status, 200u);
  EXPECT_EQ(code(as(partner, "DeleteQueue", R"({"QueueUrl":"/000000000000/q"})")), "AccessDenied");
}

TEST_F(AccessControlTest, ADenyInTheQueuesPolicyIsForItsOwnerToo) {
  set_policy(R"("Effect":"Deny","Principal":"*","Action":"sqs:SendMessage")");
  EXPECT_EQ(message(send(owner)),
            "User: arn:aws:iam::000000000000:root is not authorized to perform: sqs:sendmessage on "
            "resource: arn:aws:sqs:us-east-1:000000000000:q with an explicit deny in a "
            "resource-based policy");
}

TEST_F(AccessControlTest, AChangedPolicyCountsAtOnce) {
  set_policy(R"("Effect":"Allow","Principal":"*","Action":"sqs:*")");
  EXPECT_EQ(send(partner).status, 200u);
  set_policy(R"("Effect":"Allow","Principal":"*","Action":"sqs:ReceiveMessage")");
  EXPECT_EQ(code(send(partner)), "AccessDenied");
}

TEST_F(AccessControlTest, AReceiveIsAuthorizedWhenItComesAndNotWhenItIsWoken) {
  const auto body = R"({"QueueUrl":"/000000000000/q","WaitTimeSeconds":20})";
  const auto poll = start(sign(RequestText::json("ReceiveMessage", body), owner, clock.now()));
  ASSERT_EQ(poll->run(), Step::WaitForMessage);
  set_policy(R"("Effect":"Deny","Principal":"*","Action":"sqs:ReceiveMessage")");
  EXPECT_EQ(code(as(owner, "ReceiveMessage", body)), "AccessDenied");
  send(owner);
  ASSERT_EQ(poll->run(), Step::Reply);
  EXPECT_EQ(poll->reply().status, 200u);
  EXPECT_THAT(poll->reply().body, testing::HasSubstr("hello"));
}

TEST_F(AccessControlTest, APolicyThatCannotBeReadForbidsAll) {
  set_policy_text(R"({"Statement":{"Effect":"Perhaps"}})");
  EXPECT_EQ(code(send(owner)), "AccessDenied");
}

TEST_F(AccessControlTest, ConditionsSeeTheRequest) {
  set_policy(R"("Effect":"Allow","Principal":"*","Action":"sqs:*","Condition":{)"
             R"("IpAddress":{"aws:SourceIp":"127.0.0.0/8"},)"
             R"("Bool":{"aws:SecureTransport":"false"},)"
             R"("StringEquals":{"aws:RequestedRegion":"us-east-1"}})");
  EXPECT_EQ(send(partner).status, 200u);
  set_policy(R"("Effect":"Allow","Principal":"*","Action":"sqs:*","Condition":{)"
             R"("IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})");
  EXPECT_EQ(code(send(partner)), "AccessDenied");
}

TEST_F(AccessControlTest, ConditionsSeeTheTagsOfQueueAndRequest) {
  set_policy(R"("Effect":"Allow","Principal":"*","Action":"sqs:*",)"
             R"("Condition":{"StringEquals":{"aws:ResourceTag/team":"blue"}})");
  EXPECT_EQ(code(send(partner)), "AccessDenied");
  EXPECT_EQ(as(owner, "TagQueue", R"({"QueueUrl":"q","Tags":{"team":"blue"}})").status, 200u);
  EXPECT_EQ(send(partner).status, 200u);
  set_policy(R"("Effect":"Deny","Principal":"*","Action":"sqs:TagQueue",)"
             R"("Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":"cost"}})");
  EXPECT_EQ(code(as(owner, "TagQueue", R"({"QueueUrl":"q","Tags":{"cost":"1"}})")), "AccessDenied");
  EXPECT_EQ(as(owner, "TagQueue", R"({"QueueUrl":"q","Tags":{"team":"red"}})").status, 200u);
}

TEST_F(AccessControlTest, AMoveNeedsTheRightToSendToItsDestination) {
  const auto both = Policy::compile(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:StartMessageMoveTask","Resource":"*"}})",
      Policy::Kind::Identity);
  const Key mover{"MOVER", "s5", Principal::user(kOwner, "mover"), {}, {}, both.value()};
  service::AccessControl others({mover}, {}, clock);
  configure([&](service::DispatcherSettings& settings) { settings.access = &others; });
  const auto reply = as(mover, "StartMessageMoveTask",
                        R"({"SourceArn":"arn:aws:sqs:us-east-1:000000000000:q",)"
                        R"("DestinationArn":"arn:aws:sqs:us-east-1:000000000000:r"})");
  EXPECT_NE(
      message(reply).find("sqs:sendmessage on resource: arn:aws:sqs:us-east-1:000000000000:r"),
      std::string::npos);
}

TEST_F(AccessControlTest, TheAdminTokenMayDoEverything) {
  set_policy(R"("Effect":"Deny","Principal":"*","Action":"*")");
  auto request =
      RequestText::json("SetQueueAttributes", R"({"QueueUrl":"q","Attributes":{"Policy":""}})");
  request.authorization = "Bearer token,1";
  EXPECT_EQ(call(request).status, 200u);
  EXPECT_EQ(send(owner).status, 200u);
  request.authorization = "Bearer token,1, Credential=111122223333/-/eu-west-1/sqs/-";
  EXPECT_EQ(code(call(request)), "AWS.SimpleQueueService.NonExistentQueue") << "of that account";
}

TEST_F(AccessControlTest, AnythingLikeTheAdminTokenMayDoNothing) {
  for (const char* authorization : {"Bearer token,2", "Bearer token,", "Bearer token,12", "Bearer ",
                                    "bearer token,1", "Basic token,1", "token,1"}) {
    EXPECT_FALSE(control.is_admin(authorization)) << authorization;
    auto request = RequestText::json("ListQueues", "{}");
    request.authorization = authorization;
    request.headers = {{"Authorization", authorization}};
    const auto reply = call(request);
    const bool is_token = request.authorization.starts_with("Bearer ");
    EXPECT_EQ(reply.status, 400u) << authorization;
    EXPECT_EQ(message(reply).find("token behind Bearer is wrong") != std::string::npos, is_token);
  }
  const service::AccessControl without_token({owner}, {}, clock);
  EXPECT_FALSE(without_token.is_admin("Bearer "));
}

TEST_F(AccessControlTest, TheAdminPathsNeedTheToken) {
  RequestText request;
  request.method = "GET";
  request.target = "/_squire/outbox";
  const auto refused = call(request);
  EXPECT_EQ(refused.status, 401u);
  EXPECT_EQ(refused.headers, "WWW-Authenticate: Bearer\r\n");
  EXPECT_NE(message(refused).find("admin_token"), std::string::npos);
  request.authorization = "Bearer token,1";
  EXPECT_EQ(call(request).status, 200u);
  request.authorization.clear();
  for (const char* open : {"/_squire/health", "/_localstack/health", "/_squire/console"}) {
    request.target = open;
    EXPECT_EQ(call(request).status, 200u) << open;
  }
  for (const char* closed : {"/metrics", "/_aws/sqs/messages", "/_squire/nothing"}) {
    request.target = closed;
    EXPECT_EQ(call(request).status, 401u) << closed;
  }
}

TEST_F(AccessControlTest, WithoutATokenTheAdminPathsSayWhatToSet) {
  service::AccessControl without_token({owner}, {}, clock);
  configure([&](service::DispatcherSettings& settings) { settings.access = &without_token; });
  RequestText request;
  request.method = "GET";
  request.target = "/_squire/outbox";
  const auto refused = call(request);
  EXPECT_EQ(refused.status, 403u);
  EXPECT_NE(message(refused).find("admin_token"), std::string::npos);
}

}  // namespace
}  // namespace squire::test
