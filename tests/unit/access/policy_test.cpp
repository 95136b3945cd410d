#include "squire/access/policy.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "unit/access/policy_case.hpp"

namespace squire::test {
namespace {

using access::Policy;

struct Case {
  std::string_view name;
  std::string_view request;
  std::string_view identity;
  std::string_view resource;
  std::string_view decision;
};

std::string label(const testing::TestParamInfo<Case>& info) {
  std::string text(info.param.name);
  for (char& c : text) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return std::to_string(info.index) + "_" + text;
}

class DecisionTest : public testing::TestWithParam<Case> {};

TEST_P(DecisionTest, IsWhatTheDocumentationSays) {
  std::string reason;
  const auto decided =
      decide_row(GetParam().request, GetParam().identity, GetParam().resource, &reason);
  EXPECT_EQ(decided, GetParam().decision) << GetParam().request << "\n" << reason;
  EXPECT_FALSE(reason.empty());
}

// clang-format off
// A policy of one statement with this inside, of a user and of a resource.
#define IDENTITY(inside) \
  R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*",)" inside "}]}"
#define DENY_IDENTITY(inside) \
  R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Resource":"*",)" inside "}]}"
#define RESOURCE(inside) \
  R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*",)" inside "}]}"

// IAM user guide, "Policy evaluation logic": within one account, and across accounts.
constexpr std::string_view kMayAll = IDENTITY(R"("Action":"*")");
constexpr std::string_view kMaySend = IDENTITY(R"("Action":"sqs:SendMessage")");
constexpr std::string_view kMayReceive = IDENTITY(R"("Action":"sqs:ReceiveMessage")");
constexpr std::string_view kMustNotSend =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":"*"},
        {"Sid":"NoSending","Effect":"Deny","Resource":"*","Action":"sqs:Send*"}]})";
constexpr std::string_view kForBob =
    RESOURCE(R"("Principal":{"AWS":"arn:aws:iam::123456789012:user/bob"},"Action":"sqs:SendMessage")");
constexpr std::string_view kForOwnAccount =
    RESOURCE(R"("Principal":{"AWS":"123456789012"},"Action":"sqs:SendMessage")");
constexpr std::string_view kForPartner =
    RESOURCE(R"("Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sqs:SendMessage")");
constexpr std::string_view kForPartnersAlice =
    RESOURCE(R"("Principal":{"AWS":"arn:aws:iam::111122223333:user/alice"},"Action":"sqs:*")");
constexpr std::string_view kForEveryone = RESOURCE(R"("Principal":"*","Action":"sqs:SendMessage")");
constexpr std::string_view kDeniesBob =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"},
        {"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:user/bob"},"Action":"sqs:*","Resource":"*"}]})";
constexpr std::string_view kDeniesAll =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}})";
constexpr std::string_view kDeniesAccount =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":{"AWS":"123456789012"},"Action":"sqs:SendMessage","Resource":"*"}})";
constexpr std::string_view kDeniesAllButBob =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::123456789012:user/bob","arn:aws:iam::123456789012:root"]},"Action":"sqs:*","Resource":"*"}})";
constexpr std::string_view kDeniesAllButBobAlone =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/bob"},"Action":"sqs:*","Resource":"*"}})";
constexpr std::string_view kForAllButPartner =
    RESOURCE(R"("NotPrincipal":{"AWS":"111122223333"},"Action":"sqs:SendMessage")");

const std::vector<Case> kLogic = {
    {"root may do all in its account", "root@123456789012 sqs:SendMessage queue1", "", "", "allowed"},
    {"a user without a policy may as well", "bob@123456789012 sqs:SendMessage queue1", "", "", "allowed"},
    {"the default is to deny", "bob@123456789012 sqs:SendMessage queue1", kMayReceive, "", "not allowed by identity"},
    {"an identity policy allows", "bob@123456789012 sqs:SendMessage queue1", kMaySend, "", "allowed"},
    {"an empty policy allows nothing", "bob@123456789012 sqs:SendMessage queue1", R"({"Version":"2012-10-17","Statement":[]})", "", "not allowed by identity"},
    {"an explicit deny beats an allow", "bob@123456789012 sqs:SendMessage queue1", kMustNotSend, "", "denied by identity"},
    {"a deny concerns its action alone", "bob@123456789012 sqs:ReceiveMessage queue1", kMustNotSend, "", "allowed"},
    {"a deny of the identity beats the resource", "bob@123456789012 sqs:SendMessage queue1", kMustNotSend, kForBob, "denied by identity"},
    {"within an account the resource alone can allow a user", "bob@123456789012 sqs:SendMessage queue1", kMayReceive, kForBob, "allowed"},
    {"but another user is not meant", "eve@123456789012 sqs:SendMessage queue1", kMayReceive, kForBob, "not allowed by identity"},
    {"naming the account leaves it to the identity policies", "bob@123456789012 sqs:SendMessage queue1", kMayReceive, kForOwnAccount, "not allowed by identity"},
    {"naming the account with an identity that may", "bob@123456789012 sqs:SendMessage queue1", kMaySend, kForOwnAccount, "allowed"},
    {"everyone includes users of the account", "bob@123456789012 sqs:SendMessage queue1", kMayReceive, kForEveryone, "allowed"},
    {"a resource policy for others takes nothing from the account", "bob@123456789012 sqs:SendMessage queue1", kMaySend, kForPartner, "allowed"},
    {"a deny of the resource beats the identity", "bob@123456789012 sqs:SendMessage queue1", kMayAll, kDeniesBob, "denied by resource"},
    {"and concerns that user alone", "eve@123456789012 sqs:SendMessage queue1", kMayAll, kDeniesBob, "allowed"},
    {"a deny for everyone includes root", "root@123456789012 sqs:SendMessage queue1", "", kDeniesAll, "denied by resource"},
    {"root can still do the rest", "root@123456789012 sqs:SetQueueAttributes queue1", "", kDeniesAll, "allowed"},
    {"a deny for the account includes its users", "bob@123456789012 sqs:SendMessage queue1", kMayAll, kDeniesAccount, "denied by resource"},
    {"a deny for the account includes its root", "root@123456789012 sqs:SendMessage queue1", "", kDeniesAccount, "denied by resource"},
    {"NotPrincipal spares whom it lists with his account", "bob@123456789012 sqs:SendMessage queue1", kMayAll, kDeniesAllButBob, "allowed"},
    {"NotPrincipal denies other users of that account", "eve@123456789012 sqs:SendMessage queue1", kMayAll, kDeniesAllButBob, "denied by resource"},
    {"NotPrincipal spares the root it lists", "root@123456789012 sqs:SendMessage queue1", "", kDeniesAllButBob, "allowed"},
    {"NotPrincipal denies a user whose account is not listed", "bob@123456789012 sqs:SendMessage queue1", kMayAll, kDeniesAllButBobAlone, "denied by resource"},
    {"NotPrincipal denies services", "sns.amazonaws.com sqs:SendMessage queue1", "", kDeniesAllButBob, "denied by resource"},
    {"Allow with NotPrincipal is for all others", "root@444455556666 sqs:SendMessage queue1", "", kForAllButPartner, "allowed"},
    {"Allow with NotPrincipal is not for those listed", "alice@111122223333 sqs:SendMessage queue1", "", kForAllButPartner, "not allowed by resource"},
    // Across accounts
    {"another account needs a resource policy", "alice@111122223333 sqs:SendMessage queue1", kMayAll, "", "not allowed by resource"},
    {"root of another account as well", "root@111122223333 sqs:SendMessage queue1", "", "", "not allowed by resource"},
    {"both policies allow", "alice@111122223333 sqs:SendMessage queue1", kMaySend, kForPartner, "allowed"},
    {"the identity has no policy, and so all rights of its account", "alice@111122223333 sqs:SendMessage queue1", "", kForPartner, "allowed"},
    {"root of the account that is named", "root@111122223333 sqs:SendMessage queue1", "", kForPartner, "allowed"},
    {"the resource allows, the identity does not", "alice@111122223333 sqs:SendMessage queue1", kMayReceive, kForPartner, "not allowed by identity"},
    {"even if the resource names the user", "alice@111122223333 sqs:SendMessage queue1", kMayReceive, kForPartnersAlice, "not allowed by identity"},
    {"the resource names another user of the account", "eve@111122223333 sqs:SendMessage queue1", kMaySend, kForPartnersAlice, "not allowed by resource"},
    {"a third account is not meant", "root@444455556666 sqs:SendMessage queue1", "", kForPartner, "not allowed by resource"},
    {"the identity denies", "alice@111122223333 sqs:SendMessage queue1", kMustNotSend, kForPartner, "denied by identity"},
    {"the resource denies", "alice@111122223333 sqs:SendMessage queue1", kMayAll, kDeniesAll, "denied by resource"},
    {"everyone includes other accounts", "alice@111122223333 sqs:SendMessage queue1", kMaySend, kForEveryone, "allowed"},
    // Who is no identity
    {"nobody unsigned without a policy", "anonymous sqs:SendMessage queue1", "", "", "not allowed by resource"},
    {"an unsigned request where everyone may", "anonymous sqs:SendMessage queue1", "", kForEveryone, "allowed"},
    {"an unsigned request where an account may", "anonymous sqs:SendMessage queue1", "", kForPartner, "not allowed by resource"},
    {"an unsigned request that is denied", "anonymous sqs:SendMessage queue1", "", kDeniesAll, "denied by resource"},
    {"a service without a policy", "sns.amazonaws.com sqs:SendMessage queue1", "", "", "not allowed by resource"},
    {"a service where everyone may", "sns.amazonaws.com sqs:SendMessage queue1", "", kForEveryone, "allowed"},
    {"a service where an account may", "sns.amazonaws.com sqs:SendMessage queue1", "", kForOwnAccount, "not allowed by resource"},
    {"a service by its name", "sns.amazonaws.com sqs:SendMessage queue1", "", RESOURCE(R"("Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage")"), "allowed"},
    {"a service is not the user of the same name", "sns.amazonaws.com@123456789012 sqs:SendMessage queue1", kMayReceive, RESOURCE(R"("Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage")"), "not allowed by identity"},
    {"one of several services", "s3.amazonaws.com sqs:SendMessage queue1", "", RESOURCE(R"("Principal":{"Service":["sns.amazonaws.com","s3.amazonaws.com"]},"Action":"sqs:SendMessage")"), "allowed"},
    {"another service", "events.amazonaws.com sqs:SendMessage queue1", "", RESOURCE(R"("Principal":{"Service":["sns.amazonaws.com","s3.amazonaws.com"]},"Action":"sqs:SendMessage")"), "not allowed by resource"},
    {"{AWS: *} is everyone", "anonymous sqs:SendMessage queue1", "", RESOURCE(R"("Principal":{"AWS":"*"},"Action":"sqs:SendMessage")"), "allowed"},
    {"a * among principals", "root@444455556666 sqs:SendMessage queue1", "", RESOURCE(R"("Principal":{"AWS":["111122223333","*"]},"Action":"sqs:SendMessage")"), "allowed"},
    {"an ARN of a principal has no wildcards", "alice@111122223333 sqs:SendMessage queue1", "", RESOURCE(R"("Principal":{"AWS":"arn:aws:iam::111122223333:user/*"},"Action":"sqs:SendMessage")"), "not allowed by resource"},
    {"a role is not the user of that name", "alice@111122223333 sqs:SendMessage queue1", "", RESOURCE(R"("Principal":{"AWS":"arn:aws:iam::111122223333:role/alice"},"Action":"sqs:SendMessage")"), "not allowed by resource"},
    {"a federated principal is nobody here", "alice@111122223333 sqs:SendMessage queue1", "", RESOURCE(R"("Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sqs:SendMessage")"), "not allowed by resource"},
};
INSTANTIATE_TEST_SUITE_P(EvaluationLogic, DecisionTest, testing::ValuesIn(kLogic), label);

// What a service keeps to owners; which actions these are, its row says.
const std::vector<Case> kNeverShared = {
    {"other accounts never", "root@111122223333 sqs:DeleteQueue queue1 owner-only", "", RESOURCE(R"("Principal":"*","Action":"sqs:*")"), "never shared"},
    {"its own account can", "root@123456789012 sqs:DeleteQueue queue1 owner-only", "", RESOURCE(R"("Principal":"*","Action":"sqs:*")"), "allowed"},
    {"nor can anyone unsigned", "anonymous sqs:DeleteQueue queue1 owner-only", "", RESOURCE(R"("Principal":"*","Action":"sqs:*")"), "never shared"},
    {"all others can be shared", "root@111122223333 sqs:PurgeQueue queue1", "", RESOURCE(R"("Principal":"*","Action":"sqs:*")"), "allowed"},
};
INSTANTIATE_TEST_SUITE_P(OwnerOnly, DecisionTest, testing::ValuesIn(kNeverShared), label);

// IAM user guide, "Action", "NotAction", "Resource", "NotResource", "Variables and tags".
#define WITH_ACTION(action) IDENTITY(R"("Action":)" action)
#define WITH_RESOURCE(resource) \
  R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*",)" resource "}}"
constexpr std::string_view kOldVariables =
    R"({"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:sqs:*:*:${aws:username}"}})";

const std::vector<Case> kElements = {
    {"actions know no case", "bob@123456789012 sqs:SendMessage queue1", WITH_ACTION(R"("SQS:sendmessage")"), "", "allowed"},
    {"a wildcard at the end", "bob@123456789012 sqs:SendMessage queue1", WITH_ACTION(R"("sqs:Send*")"), "", "allowed"},
    {"a wildcard in the middle", "bob@123456789012 sqs:ChangeMessageVisibility queue1", WITH_ACTION(R"("sqs:*Message*")"), "", "allowed"},
    {"a wildcard for one character", "bob@123456789012 sqs:SendMessage queue1", WITH_ACTION(R"("sqs:Se?dMessage")"), "", "allowed"},
    {"one character is not none", "bob@123456789012 sqs:SendMessage queue1", WITH_ACTION(R"("sqs:SendMessage?")"), "", "not allowed by identity"},
    {"another service", "bob@123456789012 sns:Publish topic1", WITH_ACTION(R"("sqs:*")"), "", "not allowed by identity"},
    {"all services", "bob@123456789012 sns:Publish topic1", WITH_ACTION(R"("*")"), "", "allowed"},
    {"a list of actions", "bob@123456789012 sqs:PurgeQueue queue1", WITH_ACTION(R"(["sqs:SendMessage","sqs:PurgeQueue"])"), "", "allowed"},
    {"NotAction is all others", "bob@123456789012 sqs:SendMessage queue1", IDENTITY(R"("NotAction":"sqs:Purge*")"), "", "allowed"},
    {"NotAction is not those", "bob@123456789012 sqs:PurgeQueue queue1", IDENTITY(R"("NotAction":"sqs:Purge*")"), "", "not allowed by identity"},
    {"NotAction with Deny", "bob@123456789012 sqs:PurgeQueue queue1", DENY_IDENTITY(R"("NotAction":"sqs:SendMessage")"), "", "denied by identity"},
    {"a resource by its ARN", "bob@123456789012 sqs:SendMessage queue1", WITH_RESOURCE(R"("Resource":"arn:aws:sqs:us-east-1:123456789012:queue1")"), "", "allowed"},
    {"another resource", "bob@123456789012 sqs:SendMessage queue2", WITH_RESOURCE(R"("Resource":"arn:aws:sqs:us-east-1:123456789012:queue1")"), "", "not allowed by identity"},
    {"resources know case", "bob@123456789012 sqs:SendMessage queue1", WITH_RESOURCE(R"("Resource":"arn:aws:sqs:us-east-1:123456789012:Queue1")"), "", "not allowed by identity"},
    {"wildcards in resources", "bob@123456789012 sqs:SendMessage queue1", WITH_RESOURCE(R"("Resource":"arn:aws:sqs:*:123456789012:q*e?")"), "", "allowed"},
    {"a wildcard may span colons", "bob@123456789012 sqs:SendMessage queue1", WITH_RESOURCE(R"("Resource":"arn:aws:sqs:*queue1")"), "", "allowed"},
    {"NotResource is all others", "bob@123456789012 sqs:SendMessage queue2", WITH_RESOURCE(R"("NotResource":"*:queue1")"), "", "allowed"},
    {"NotResource is not that one", "bob@123456789012 sqs:SendMessage queue1", WITH_RESOURCE(R"("NotResource":["*:queue1","*:queue3"])"), "", "not allowed by identity"},
    {"the user's name in a resource", "bob@123456789012 sqs:SendMessage queue-bob", WITH_RESOURCE(R"("Resource":"arn:aws:sqs:*:*:queue-${aws:username}")"), "", "allowed"},
    {"the name of another user", "eve@123456789012 sqs:SendMessage queue-bob", WITH_RESOURCE(R"("Resource":"arn:aws:sqs:*:*:queue-${aws:username}")"), "", "not allowed by identity"},
    {"keys of variables know no case", "bob@123456789012 sqs:SendMessage queue-bob", WITH_RESOURCE(R"("Resource":"arn:aws:sqs:*:*:queue-${AWS:UserName}")"), "", "allowed"},
    {"a variable without a value matches nothing", "root@123456789012 sqs:SendMessage queue-", WITH_RESOURCE(R"("Resource":"arn:aws:sqs:*:*:queue-${aws:username}")"), "", "not allowed by identity"},
    {"a variable may have a default", "root@123456789012 sqs:SendMessage queue-company", WITH_RESOURCE(R"("Resource":"arn:aws:sqs:*:*:queue-${aws:username, 'company'}")"), "", "allowed"},
    {"the default is for want of a value only", "bob@123456789012 sqs:SendMessage queue-company", WITH_RESOURCE(R"("Resource":"arn:aws:sqs:*:*:queue-${aws:username, 'company'}")"), "", "not allowed by identity"},
    {"old policies have no variables", "bob@123456789012 sqs:SendMessage arn:aws:sqs:us-east-1:123456789012:bob", kOldVariables, "", "not allowed by identity"},
    {"there the text stands for itself", "bob@123456789012 sqs:SendMessage arn:aws:sqs:us-east-1:123456789012:${aws:username}", kOldVariables, "", "allowed"},
    {"a star that is a star", "bob@123456789012 sqs:SendMessage queue1*", WITH_RESOURCE(R"("Resource":"*:queue1${*}")"), "", "allowed"},
    {"and nothing else", "bob@123456789012 sqs:SendMessage queue12", WITH_RESOURCE(R"("Resource":"*:queue1${*}")"), "", "not allowed by identity"},
    {"a question mark that is one", "bob@123456789012 sqs:SendMessage queue1x", WITH_RESOURCE(R"("Resource":"*:queue1${?}")"), "", "not allowed by identity"},
    {"a dollar", "bob@123456789012 sqs:SendMessage queue$", WITH_RESOURCE(R"("Resource":"*:queue${$}")"), "", "allowed"},
    {"wildcards in values of variables are letters", "*@123456789012 sqs:SendMessage queue-bob", WITH_RESOURCE(R"("Resource":"*:queue-${aws:username}")"), "", "not allowed by identity"},
    {"a tag of the user's choice", "bob@123456789012 sqs:SendMessage queue-blue aws:ResourceTag/team=blue", WITH_RESOURCE(R"("Resource":"*:queue-${aws:ResourceTag/team}")"), "", "allowed"},
};
INSTANTIATE_TEST_SUITE_P(Elements, DecisionTest, testing::ValuesIn(kElements), label);

// SQS developer guide, "Basic examples of Amazon SQS policies" and "Custom policies".
constexpr std::string_view kExample1 =
    R"({"Version":"2012-10-17","Id":"Queue1_Policy_UUID","Statement":[{"Sid":"Queue1_SendMessage","Effect":"Allow",
        "Principal":{"AWS":["111122223333"]},"Action":"sqs:SendMessage","Resource":"arn:aws:sqs:us-east-1:123456789012:queue1"}]})";
constexpr std::string_view kExample2 =
    R"({"Version":"2012-10-17","Id":"Queue1_Policy_UUID","Statement":[{"Sid":"Queue1_Send_Receive","Effect":"Allow",
        "Principal":{"AWS":["111122223333"]},"Action":["sqs:SendMessage","sqs:ReceiveMessage"],"Resource":"arn:aws:sqs:*:123456789012:queue1"}]})";
constexpr std::string_view kExample3 =
    R"({"Version":"2012-10-17","Statement":[{"Sid":"Queue1_AllActions","Effect":"Allow",
        "Principal":{"AWS":["111122223333","444455556666"]},"Action":"sqs:*","Resource":"arn:aws:sqs:us-east-1:123456789012:queue1"}]})";
constexpr std::string_view kExample5 =
    R"({"Version":"2012-10-17","Statement":[{"Sid":"Queue1_AnonymousAccess_ReceiveMessage","Effect":"Allow",
        "Principal":"*","Action":"sqs:ReceiveMessage","Resource":"arn:aws:sqs:*:123456789012:queue1"}]})";
constexpr std::string_view kExample6 =
    R"({"Version":"2012-10-17","Statement":[{"Sid":"Queue1_AnonymousAccess_ReceiveMessage_TimeLimit","Effect":"Allow",
        "Principal":"*","Action":"sqs:ReceiveMessage","Resource":"arn:aws:sqs:*:123456789012:queue1",
        "Condition":{"DateGreaterThan":{"aws:CurrentTime":"2009-01-31T12:00Z"},"DateLessThan":{"aws:CurrentTime":"2009-01-31T15:00Z"}}}]})";
constexpr std::string_view kExample7 =
    R"({"Version":"2012-10-17","Statement":[{"Sid":"Queue1_AnonymousAccess_AllActions_AllowlistIP","Effect":"Allow",
        "Principal":"*","Action":"sqs:*","Resource":"arn:aws:sqs:*:123456789012:queue1","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}]})";
constexpr std::string_view kExample8 =
    R"({"Version":"2012-10-17","Statement":[{"Sid":"Allowlist","Effect":"Allow",
        "Principal":"*","Action":"sqs:*","Resource":"arn:aws:sqs:*:123456789012:queue1","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}},
        {"Sid":"Blocklist","Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"arn:aws:sqs:*:123456789012:queue1",
        "Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.188/32"}}}]})";
constexpr std::string_view kFromTopic =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage",
        "Resource":"arn:aws:sqs:us-east-1:123456789012:queue1","Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:us-east-1:123456789012:topic1"}}}]})";
constexpr std::string_view kFromBucket =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":["SQS:SendMessage"],
        "Resource":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:*:*:my-bucket"},"StringEquals":{"aws:SourceAccount":"123456789012"}}}]})";
constexpr std::string_view kOnlyVpc =
    R"({"Version":"2012-10-17","Statement":[{"Sid":"1","Effect":"Deny","Principal":"*","Action":["sqs:SendMessage","sqs:ReceiveMessage"],
        "Resource":"*","Condition":{"StringNotEquals":{"aws:sourceVpce":"vpce-1a2b3c4d"}}}]})";
constexpr std::string_view kOnlyTls =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*",
        "Condition":{"Bool":{"aws:SecureTransport":"false"}}}]})";

const std::vector<Case> kQueueExamples = {
    {"example 1 that account sends", "root@111122223333 sqs:SendMessage queue1", "", kExample1, "allowed"},
    {"example 1 does not receive", "root@111122223333 sqs:ReceiveMessage queue1", "", kExample1, "not allowed by resource"},
    {"example 1 is about one queue", "root@111122223333 sqs:SendMessage queue2", "", kExample1, "not allowed by resource"},
    {"example 1 is about one account", "root@444455556666 sqs:SendMessage queue1", "", kExample1, "not allowed by resource"},
    {"example 2 sends", "root@111122223333 sqs:SendMessage queue1", "", kExample2, "allowed"},
    {"example 2 receives", "root@111122223333 sqs:ReceiveMessage queue1", "", kExample2, "allowed"},
    {"example 2 does not delete", "root@111122223333 sqs:DeleteMessage queue1", "", kExample2, "not allowed by resource"},
    {"example 3 all actions", "root@444455556666 sqs:PurgeQueue queue1", "", kExample3, "allowed"},
    {"example 3 except those never shared", "root@444455556666 sqs:DeleteQueue queue1 owner-only", "", kExample3, "never shared"},
    {"example 5 all users receive", "anonymous sqs:ReceiveMessage queue1", "", kExample5, "allowed"},
    {"example 5 nobody sends", "anonymous sqs:SendMessage queue1", "", kExample5, "not allowed by resource"},
    {"example 6 in its time", "anonymous sqs:ReceiveMessage queue1 aws:CurrentTime=2009-01-31T13:00:00Z", "", kExample6, "allowed"},
    {"example 6 too early", "anonymous sqs:ReceiveMessage queue1 aws:CurrentTime=2009-01-31T12:00:00Z", "", kExample6, "not allowed by resource"},
    {"example 6 too late", "anonymous sqs:ReceiveMessage queue1 aws:CurrentTime=2009-01-31T15:00:01Z", "", kExample6, "not allowed by resource"},
    {"example 7 in the range", "anonymous sqs:SendMessage queue1 aws:SourceIp=192.0.2.77", "", kExample7, "allowed"},
    {"example 7 outside", "anonymous sqs:SendMessage queue1 aws:SourceIp=192.0.3.77", "", kExample7, "not allowed by resource"},
    {"example 8 listed", "anonymous sqs:SendMessage queue1 aws:SourceIp=192.0.2.187", "", kExample8, "allowed"},
    {"example 8 blocked", "anonymous sqs:SendMessage queue1 aws:SourceIp=192.0.2.188", "", kExample8, "denied by resource"},
    {"example 8 blocks the owner too", "root@123456789012 sqs:SendMessage queue1 aws:SourceIp=192.0.2.188", "", kExample8, "denied by resource"},
    {"fan-out from the topic", "sns.amazonaws.com sqs:SendMessage queue1 aws:SourceArn=arn:aws:sns:us-east-1:123456789012:topic1", "", kFromTopic, "allowed"},
    {"fan-out from another topic", "sns.amazonaws.com sqs:SendMessage queue1 aws:SourceArn=arn:aws:sns:us-east-1:123456789012:topic2", "", kFromTopic, "not allowed by resource"},
    {"the topic's owner himself", "alice@111122223333 sqs:SendMessage queue1 aws:SourceArn=arn:aws:sns:us-east-1:123456789012:topic1", "", kFromTopic, "not allowed by resource"},
    {"a bucket of the account", "s3.amazonaws.com sqs:SendMessage queue1 aws:SourceArn=arn:aws:s3:::my-bucket aws:SourceAccount=123456789012", "", kFromBucket, "allowed"},
    {"a bucket of another account", "s3.amazonaws.com sqs:SendMessage queue1 aws:SourceArn=arn:aws:s3:::my-bucket aws:SourceAccount=111122223333", "", kFromBucket, "not allowed by resource"},
    {"all conditions must hold", "s3.amazonaws.com sqs:SendMessage queue1 aws:SourceAccount=123456789012", "", kFromBucket, "not allowed by resource"},
    {"not from the private network", "root@123456789012 sqs:SendMessage queue1", "", kOnlyVpc, "denied by resource"},
    {"from the private network", "root@123456789012 sqs:SendMessage queue1 aws:sourceVpce=vpce-1a2b3c4d", "", kOnlyVpc, "allowed"},
    {"without TLS", "root@123456789012 sqs:SendMessage queue1 aws:SecureTransport=false", "", kOnlyTls, "denied by resource"},
    {"with TLS", "root@123456789012 sqs:SendMessage queue1 aws:SecureTransport=true", "", kOnlyTls, "allowed"},
};
INSTANTIATE_TEST_SUITE_P(SqsExamples, DecisionTest, testing::ValuesIn(kQueueExamples), label);

// SNS developer guide, "Example cases for Amazon SNS access control" and the default topic policy.
constexpr std::string_view kSubscribeByHttps =
    R"({"Statement":[{"Sid":"Statement1","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["sns:Subscribe"],
        "Resource":"arn:aws:sns:us-east-1:123456789012:topic1","Condition":{"StringEquals":{"sns:Protocol":"https"}}}]})";
constexpr std::string_view kSubscribeInCompany =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sns:Subscribe","Resource":"*",
        "Condition":{"StringLike":{"sns:Endpoint":"*@example.com"},"StringEquals":{"sns:Protocol":"email"}}}]})";
constexpr std::string_view kOrganization =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"SNS:Publish","Resource":"*",
        "Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1234567890"}}}]})";
constexpr std::string_view kDefaultTopicPolicy =
    R"({"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID","Effect":"Allow","Principal":{"AWS":"*"},
        "Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission","SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe","SNS:ListSubscriptionsByTopic","SNS:Publish"],
        "Resource":"arn:aws:sns:us-east-1:123456789012:topic1","Condition":{"StringEquals":{"AWS:SourceOwner":"123456789012"}}}]})";

const std::vector<Case> kTopicExamples = {
    {"subscribing by HTTPS", "root@111122223333 sns:Subscribe topic1 sns:Protocol=https", "", kSubscribeByHttps, "allowed"},
    {"subscribing by HTTP", "root@111122223333 sns:Subscribe topic1 sns:Protocol=http", "", kSubscribeByHttps, "not allowed by resource"},
    {"subscribing from a third account", "root@444455556666 sns:Subscribe topic1 sns:Protocol=https", "", kSubscribeByHttps, "not allowed by resource"},
    {"publishing is another thing", "root@111122223333 sns:Publish topic1 sns:Protocol=https", "", kSubscribeByHttps, "not allowed by resource"},
    {"an address of the company", "root@111122223333 sns:Subscribe topic1 sns:Protocol=email sns:Endpoint=eve@example.com", "", kSubscribeInCompany, "allowed"},
    {"an address elsewhere", "root@111122223333 sns:Subscribe topic1 sns:Protocol=email sns:Endpoint=eve@example.org", "", kSubscribeInCompany, "not allowed by resource"},
    {"there are no organizations here", "root@111122223333 sns:Publish topic1", "", kOrganization, "not allowed by resource"},
    {"the default policy allows the owner's users", "bob@123456789012 SNS:Publish topic1", IDENTITY(R"("Action":"sqs:*")"), kDefaultTopicPolicy, "allowed"},
    {"the default policy allows nobody else", "root@111122223333 SNS:Publish topic1", "", kDefaultTopicPolicy, "not allowed by resource"},
    {"the default policy allows nobody unsigned", "anonymous SNS:Publish topic1", "", kDefaultTopicPolicy, "not allowed by resource"},
    {"what AddPermission writes", "bob@111122223333 SNS:Publish topic1", "", RESOURCE(R"("Sid":"L","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"SNS:Publish")"), "allowed"},
};
INSTANTIATE_TEST_SUITE_P(SnsExamples, DecisionTest, testing::ValuesIn(kTopicExamples), label);

// clang-format on

TEST(DecisionReasonTest, NamesTheStatementAndItsPolicy) {
  std::string reason;
  decide_row("bob@123456789012 sqs:SendMessage queue1", kMustNotSend, "", &reason);
  EXPECT_EQ(reason, "Statement 2 (\"NoSending\") of the identity's policy denies it.");
  decide_row("bob@123456789012 sqs:SendMessage queue1", "", kDeniesBob, &reason);
  EXPECT_EQ(reason, "Statement 2 of the resource's policy denies it.");
  decide_row("root@111122223333 sqs:SendMessage queue1", "", kExample1, &reason);
  EXPECT_EQ(reason, "Statement 1 (\"Queue1_SendMessage\") of the resource's policy allows it.");
  decide_row("root@444455556666 sqs:SendMessage queue1", "", kExample1, &reason);
  EXPECT_EQ(reason, "No statement of the resource's policy allows it.");
}

TEST(DecisionReasonTest, APolicyThatCannotBeReadForbidsEverything) {
  const auto policy = Policy::unreadable("no JSON");
  const auto root = access::Principal::root("123456789012");
  const access::Context context;
  const auto decision = access::decide({root, "sqs:SendMessage", "arn", "123456789012", context},
                                       nullptr, policy.get());
  EXPECT_FALSE(decision.is_allowed());
  EXPECT_EQ(decision.reason, "The resource's policy cannot be read: no JSON");
}

TEST(PermissionTest, ABatchAsksForTheSingleAction) {
  for (const auto& [action, permission] : std::map<std::string_view, std::string_view>{
           {"SendMessageBatch", "SendMessage"},
           {"DeleteMessageBatch", "DeleteMessage"},
           {"ChangeMessageVisibilityBatch", "ChangeMessageVisibility"},
           {"PublishBatch", "Publish"},
           {"Publish", "Publish"}}) {
    EXPECT_EQ(access::permission_of(action), permission);
  }
}

class MalformedPolicyTest : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(MalformedPolicyTest, IsRefusedWithAReason) {
  const auto compiled = Policy::compile(GetParam().first, Policy::Kind::Resource);
  ASSERT_TRUE(compiled.has_error()) << GetParam().first;
  EXPECT_EQ(compiled.error().code, errors::kInvalidParameterValue);
  EXPECT_NE(compiled.error().message.find(GetParam().second), std::string::npos)
      << compiled.error().message;
}

// clang-format off
#define STATEMENT(inside) R"({"Version":"2012-10-17","Statement":[{)" inside "}]}"
#define REST R"("Effect":"Allow","Principal":"*","Action":"*","Resource":"*")"
INSTANTIATE_TEST_SUITE_P(
    All, MalformedPolicyTest,
    testing::Values(
        std::pair{"", "JSON"}, std::pair{"[]", "JSON"}, std::pair{"{\"Statement\":", "JSON"},
        std::pair{R"({"Statement":[],"Statement":[]})", "each member once"},
        std::pair{STATEMENT(REST R"(,"Condition":{"Bool":{"a":"true"},"Bool":{}})"), "once"},
        std::pair{R"({"Version":"2012-10-17"})", "Statement must"},
        std::pair{R"({"Version":"2020-01-01","Statement":[]})", "Version must"},
        std::pair{R"({"Statement":[],"Comment":""})", "Comment is no element"},
        std::pair{R"({"Statement":["x"]})", "Statement 1 must be an object"},
        std::pair{STATEMENT(R"("Principal":"*","Action":"*","Resource":"*")"), "no Effect"},
        std::pair{STATEMENT(R"("Effect":"allow","Principal":"*","Action":"*","Resource":"*")"), "Allow or Deny"},
        std::pair{STATEMENT(R"("Effect":"Allow","Action":"*","Resource":"*")"), "Principal or NotPrincipal"},
        std::pair{STATEMENT(REST R"(,"NotPrincipal":"*")"), "Principal or NotPrincipal"},
        std::pair{STATEMENT(R"("Effect":"Allow","Principal":"*","Resource":"*")"), "Action or NotAction"},
        std::pair{STATEMENT(REST R"(,"NotAction":"*")"), "Action or NotAction"},
        std::pair{STATEMENT(R"("Effect":"Allow","Principal":"*","Action":"*")"), "Resource or NotResource"},
        std::pair{STATEMENT(R"("Effect":"Allow","Principal":"*","Action":[],"Resource":"*")"), "list of texts"},
        std::pair{STATEMENT(R"("Effect":"Allow","Principal":"*","Action":[1],"Resource":"*")"), "list of texts"},
        std::pair{STATEMENT(R"("Effect":"Allow","Principal":"x","Action":"*","Resource":"*")"), "must be \"*\""},
        std::pair{STATEMENT(R"("Effect":"Allow","Principal":{"Human":"x"},"Action":"*","Resource":"*")"), "no kind of principal"},
        std::pair{STATEMENT(R"("Effect":"Allow","Principal":"*","Action":"*","Resource":"${aws:x")"), "variable"},
        std::pair{STATEMENT(R"("Effect":"Allow","Principal":"*","Action":"*","Resource":"${a, b}")"), "variable"},
        std::pair{STATEMENT(REST R"(,"Conditions":{})"), "no element of a statement"},
        std::pair{STATEMENT(REST R"(,"Condition":{"StringIs":{"a":"b"}})"), "no operator StringIs"},
        std::pair{STATEMENT(REST R"(,"Condition":{"Bool":{"a":"yes"}})"), "Bool can compare"},
        std::pair{STATEMENT(REST R"(,"Condition":{"NumericEquals":{"a":"one"}})"), "NumericEquals"},
        std::pair{STATEMENT(REST R"(,"Condition":{"DateEquals":{"a":"soon"}})"), "DateEquals"},
        std::pair{STATEMENT(REST R"(,"Condition":{"IpAddress":{"a":"1.2.3.4/33"}})"), "IpAddress"},
        std::pair{STATEMENT(REST R"(,"Condition":{"BinaryEquals":{"a":"?"}})"), "BinaryEquals"},
        std::pair{STATEMENT(REST R"(,"Condition":{"StringEquals":"a"})"), "must be an object"},
        std::pair{STATEMENT(REST R"(,"Condition":{"StringEquals":{"a":{}}})"), "list of texts"}));

// clang-format on

TEST(PolicySizeTest, HasLimits) {
  const std::string deep = R"({"Statement":)" + std::string(100'000, '[');
  EXPECT_TRUE(Policy::compile(deep.substr(0, 60'000), Policy::Kind::Identity).has_error());
  EXPECT_TRUE(Policy::compile(deep, Policy::Kind::Identity).has_error());
  const std::string text(Policy::kTextBytesMax + 1, 'x');
  EXPECT_TRUE(
      Policy::compile(R"({"Statement":{"Effect":"Allow","Action":"*","Resource":")" + text + "\"}}",
                      Policy::Kind::Identity)
          .has_error());
}

TEST(PolicySizeTest, AnIdentitysPolicyNamesNoPrincipal) {
  const auto compiled = Policy::compile(
      R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}})",
      Policy::Kind::Identity);
  ASSERT_TRUE(compiled.has_error());
  EXPECT_EQ(compiled.error().message,
            "Statement 1 names a Principal, as only a resource's policy can");
}

}  // namespace
}  // namespace squire::test
