#include "squire/service/browser_guard.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "squire/sns/actions.hpp"
#include "support/exchange_fixture.hpp"
#include "support/xml_tree.hpp"

namespace squire::test {
namespace {

using service::BrowserGuard;
using service::BrowserVerdict;
using service::FetchMetadata;
using service::HttpRequest;
using testing::HasSubstr;
using testing::Not;
using Kind = BrowserVerdict::Kind;

HttpRequest get(std::string_view target, std::string_view host = "localhost:4566") {
  HttpRequest request{"GET", target, host, {}, {}, {}, {}};
  return request;
}

std::vector<service::HostPattern> hosts(const std::vector<std::string_view>& texts) {
  std::vector<service::HostPattern> hosts;
  for (const auto text : texts) hosts.push_back(service::parse_host_pattern(text).value());
  return hosts;
}

std::vector<service::PageOrigin> origins(const std::vector<std::string_view>& texts) {
  std::vector<service::PageOrigin> origins;
  for (const auto text : texts) origins.push_back(service::parse_page_origin(text).value());
  return origins;
}

Kind kind_of_host(const BrowserGuard& guard, std::string_view host) {
  const std::vector<const service::Service*> services = {&sqs::service(), &sns::service(),
                                                         &sts::service()};
  return guard.judge(get("/", host), true, services).kind;
}

// ---- hosts

TEST(BrowserGuardTest, ANameThatNobodyElseCanOwnIsServed) {
  for (const char* host : {"",
                           "127.0.0.1",
                           "127.0.0.1:4566",
                           "10.1.2.3:80",
                           "[::1]",
                           "[::1]:4566",
                           "[fe80::1]:1",
                           "[::FFFF:10.0.0.1]",
                           "squire",
                           "broker:4566",
                           "my-broker_1",
                           "SQUIRE",
                           "localhost",
                           "LocalHost:4566",
                           "localhost.",
                           "localhost:",
                           "sqs.localhost",
                           "a.b.localhost:4566",
                           "localhost.localstack.cloud",
                           "sqs.us-east-1.LOCALHOST.localstack.cloud:4566",
                           "squire.local",
                           "squire.local.",
                           "host.docker.internal",
                           "squire.default.svc",
                           "squire.default.svc.cluster.local:65535",
                           "sqs.us-east-1.amazonaws.com",
                           "sqs.us-east-1.amazonaws.com.",
                           "sns.cn-north-1.amazonaws.com.cn:443",
                           "us-west-2.queue.amazonaws.com",
                           "queue.amazonaws.com",
                           "sts.amazonaws.com",
                           "sqs-fips.us-gov-west-1.amazonaws.com"}) {
    EXPECT_EQ(kind_of_host({}, host), Kind::Serve) << host;
  }
}

TEST(BrowserGuardTest, AnyOtherIsRefused) {
  const std::string long_label(64, 'a');
  for (const std::string host :
       {"evil.example", "evil.example:4566", "evil.example.", "127.0.0.1.evil.example",
        "localhost.evil.example", "evil-localhost.localstack.cloud", "localstack.cloud",
        "evil.localstack.cloud", "xlocalhost.localstack.cloud", "x.mylocalhost", "x.notlocal",
        "squire.default", "internal.example", "svc.example", "cluster.local.example",
        "1.2.3.4.5.example", "127.0.0.1x.example", "amazonaws.com", "evil-amazonaws.com",
        "s3.amazonaws.com", "bucket.s3.amazonaws.com", "sqs.s3.amazonaws.com",
        "bucket.s3.us-east-1.amazonaws.com", "sqs.evil.us-east-1.amazonaws.com",
        "evil.sqs.us-east-1.amazonaws.com", "sqs.us-east-1.amazonaws.com.evil.example",
        "evil.queue.amazonaws.com", "sqs.elb.amazonaws.com", "ec2-1-2-3-4.compute-1.amazonaws.com",
        "sqs.us-east-1.amazonaws.com.cn.example",
        // a top-level domain's own machine
        "ai.", "squire.",
        // none at all
        ".", "..", ".localhost", "a..localhost", "localhost..", "a b", "user@localhost",
        "localhost:4566@evil.example", "localhost:99999", "localhost:0", "localhost:-1",
        "localhost:80x", "localhost:4566:4566", "localhost, evil.example", "localhost/evil.example",
        "[::1", "::1", "[127.0.0.1]", "[]", "[::1]x", "[::1%25eth0]", "[::1]:x", "[evil.example]",
        "b\xc3\xbc"
        "cher.example",
        "xn--bcher-kva.example", "<script>", "%6cocalhost", "localhost\\evil.example"}) {
    EXPECT_EQ(kind_of_host({}, host), Kind::Refuse) << host;
  }
  EXPECT_EQ(kind_of_host({}, long_label + ".localhost"), Kind::Refuse);
}

TEST(BrowserGuardTest, ARefusedHostIsQuotedAsPlainTextWithTheSetting) {
  const auto verdict = BrowserGuard().judge(get("/", "<b>\"evil.example\\"), true);
  EXPECT_EQ(verdict.kind, Kind::Refuse);
  EXPECT_THAT(verdict.text, HasSubstr("?b??evil.example?"));
  EXPECT_THAT(verdict.text, HasSubstr("allowed_hosts"));
}

TEST(BrowserGuardTest, WhereSendersProveWhoTheyAreTheHostIsOfNoInterest) {
  EXPECT_EQ(BrowserGuard().judge(get("/", "evil.example"), false).kind, Kind::Serve);
}

TEST(BrowserGuardTest, TheHostOfAnAbsoluteTargetCountsAsWell) {
  EXPECT_EQ(BrowserGuard().judge(get("http://localhost:4566/x"), true).kind, Kind::Serve);
  for (const char* target :
       {"http://evil.example/", "HTTP://evil.example", "https://evil.example?x",
        "http://localhost@evil.example/", "http://evil.example#localhost"}) {
    EXPECT_EQ(BrowserGuard().judge(get(target), true).kind, Kind::Refuse) << target;
  }
  EXPECT_EQ(BrowserGuard().judge(get("/x?url=http://evil.example/"), true).kind, Kind::Serve);
}

TEST(BrowserGuardTest, HostsMayBeAllowed) {
  const BrowserGuard guard(hosts({"squire.default", "*.Example.com", "queues.test"}), {}, {});
  for (const char* host : {"squire.default", "Squire.Default.:4566", "queues.test:1",
                           "a.example.com", "a.b.example.com", "localhost"}) {
    EXPECT_EQ(kind_of_host(guard, host), Kind::Serve) << host;
  }
  for (const char* host : {"x.squire.default", "squire.default.evil", "example.com", ".example.com",
                           "xexample.com", "evil.example"}) {
    EXPECT_EQ(kind_of_host(guard, host), Kind::Refuse) << host;
  }
}

TEST(BrowserGuardTest, TheHostOfTheBaseUrlIsAllowed) {
  const BrowserGuard guard({}, {}, parse_url("https://Broker.example:8443/aws"));
  EXPECT_EQ(kind_of_host(guard, "broker.example"), Kind::Serve);
  EXPECT_EQ(kind_of_host(guard, "broker.example:4566"), Kind::Serve);
  EXPECT_EQ(kind_of_host(guard, "other.example"), Kind::Refuse);
}

// ---- pages

struct PageCase {
  const char* method;
  const char* target;
  FetchMetadata fetch;
  Kind kind;
};

constexpr const char* kConfirm = "/?Action=ConfirmSubscription&TopicArn=arn&Token=abc";
constexpr const char* kUnsubscribe = "/?Action=Unsubscribe&SubscriptionArn=arn";

FetchMetadata navigation(std::string_view site = "cross-site") {
  return {{}, site, "navigate", "document", {}, {}};
}

const std::vector<PageCase>& page_cases() {
  static const std::vector<PageCase> kCases = {
      // no page, or one of the broker's own
      {"POST", "/", {}, Kind::Serve},
      {"POST", "/", {{}, "none", {}, {}, {}, {}}, Kind::Serve},
      {"POST", "/", {{}, "same-origin", "cors", "empty", {}, {}}, Kind::Serve},
      {"POST", "/", {"http://localhost:4566", {}, {}, {}, {}, {}}, Kind::Serve},
      {"POST", "/", {"HTTP://LOCALHOST:4566", "same-origin", {}, {}, {}, {}}, Kind::Serve},
      {"DELETE", "/_squire/outbox", {"http://localhost:4566", {}, {}, {}, {}, {}}, Kind::Serve},
      // one of another's
      {"POST", "/", {"https://evil.example", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"POST", "/", {"https://evil.example", "same-origin", {}, {}, {}, {}}, Kind::Refuse},
      {"POST", "/", {"http://localhost", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"POST", "/", {"http://localhost:3000", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"POST", "/", {"http://localhost:45660", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"POST", "/", {"https://localhost:4566", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"POST", "/", {"http://localhost.:4566", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"POST", "/", {"http://localhost:4566/", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"POST", "/", {"http://x@localhost:4566", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"POST",
       "/",
       {"http://localhost:4566, http://localhost:4566", {}, {}, {}, {}, {}},
       Kind::Refuse},
      {"POST", "/", {"null", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"POST", "/", {"NULL", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"POST", "/", {"file://", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"POST", "/", {"://localhost:4566", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"POST", "/", {"localhost:4566", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"POST", "/", {"chrome-extension://abcdef", {}, {}, {}, {}, {}}, Kind::Refuse},
      {"GET",
       "/_squire/",
       {"https://evil.example", {}, "websocket", "websocket", {}, {}},
       Kind::Refuse},
      {"OPTIONS", "/", {"https://evil.example", {}, {}, {}, "POST", {}}, Kind::Refuse},
      {"GET", "/", {{}, "cross-site", {}, {}, {}, {}}, Kind::Refuse},
      {"GET", "/", {{}, "same-site", "no-cors", "image", {}, {}}, Kind::Refuse},
      {"GET", "/", {{}, "none, cross-site", {}, {}, {}, {}}, Kind::Refuse},
      {"GET", "/", {{}, "Cross-Site", {}, {}, {}, {}}, Kind::Refuse},
      {"HEAD", "/", {{}, "cross-site", "no-cors", "empty", {}, {}}, Kind::Refuse},
      {"PUT", "/_squire/import", {{}, "cross-site", {}, {}, {}, {}}, Kind::Refuse},
      // somebody who leaves another's for one of ours
      {"GET", "/", navigation(), Kind::Serve},
      {"GET", "/_squire/console", navigation(), Kind::Serve},
      {"GET", "/_squire/console?x=y", navigation("same-site"), Kind::Serve},
      {"GET", kConfirm, navigation(), Kind::Serve},
      {"GET", "/aws/?Action=Unsubscribe&SubscriptionArn=arn", navigation(), Kind::Serve},
      {"GET", kUnsubscribe, navigation(), Kind::Serve},
      // but for nothing else, and in no other way
      {"GET", "/?Action=CreateQueue&QueueName=q", navigation(), Kind::Refuse},
      {"GET", "/?Action=CreateQueue&QueueName=q&Token=abc", navigation(), Kind::Refuse},
      {"GET", "/?Action=ConfirmSubscription&Action=CreateQueue&QueueName=q", navigation(),
       Kind::Refuse},
      {"GET", "/?Action=ConfirmSubscription&Token=", navigation(), Kind::Refuse},
      {"GET", "/?Action=%zz&Token=abc", navigation(), Kind::Refuse},
      {"GET", "/?Token=abc", navigation(), Kind::Refuse},
      {"GET", "/_squire/?Action=ConfirmSubscription&Token=abc", navigation(), Kind::Refuse},
      {"GET", "/_squire/queues", navigation(), Kind::Refuse},
      {"GET", "/_squire/export", navigation(), Kind::Refuse},
      {"GET", "/metrics", navigation(), Kind::Refuse},
      {"POST", kConfirm, navigation(), Kind::Refuse},
      {"HEAD", kConfirm, navigation(), Kind::Refuse},
      {"GET", kConfirm, {{}, "cross-site", "navigate", "iframe", {}, {}}, Kind::Refuse},
      {"GET", kConfirm, {{}, "cross-site", "no-cors", "document", {}, {}}, Kind::Refuse},
      {"GET", kConfirm, {{}, "cross-site", "no-cors", "image", {}, {}}, Kind::Refuse},
      {"GET",
       kConfirm,
       {"https://evil.example", "cross-site", "navigate", "document", {}, {}},
       Kind::Refuse},
      {"GET", "/", {{}, "cross-site", "navigate", "iframe", {}, {}}, Kind::Refuse},
  };
  return kCases;
}

TEST(BrowserGuardTest, APageMayAskOnlyIfItIsTheBrokersOwn) {
  for (const bool checks_host : {false, true}) {
    for (const auto& one : page_cases()) {
      auto request = get(one.target);
      request.method = one.method;
      request.fetch = one.fetch;
      const auto verdict = BrowserGuard().judge(request, checks_host);
      EXPECT_EQ(verdict.kind, one.kind) << one.method << " " << one.target << " by \""
                                        << one.fetch.origin << "\", " << one.fetch.site;
      EXPECT_EQ(verdict.headers, "");
      if (one.kind == Kind::Refuse) {
        EXPECT_THAT(verdict.text, HasSubstr("allowed_origins"));
      }
    }
  }
}

TEST(BrowserGuardTest, AFollowedLinkSaysAllInItsUrl) {
  auto request = get(kConfirm);
  request.fetch = navigation();
  request.amz_target = "AmazonSQS.CreateQueue";
  EXPECT_EQ(BrowserGuard().judge(request, true).kind, Kind::Refuse);
  request.amz_target = {};
  request.body = "Action=CreateQueue";
  EXPECT_EQ(BrowserGuard().judge(request, true).kind, Kind::Refuse);
}

TEST(BrowserGuardTest, TheOriginOfABrokerWithTlsIsHttps) {
  auto request = get("/", "localhost");
  request.is_secure = true;
  request.fetch.origin = "https://localhost";
  EXPECT_EQ(BrowserGuard().judge(request, true).kind, Kind::Serve);
  request.fetch.origin = "http://localhost";
  EXPECT_EQ(BrowserGuard().judge(request, true).kind, Kind::Refuse);
}

TEST(BrowserGuardTest, TheOriginOfTheBaseUrlIsTheBrokersOwn) {
  const BrowserGuard guard({}, {}, parse_url("https://broker.example/aws"));
  auto request = get("/", "squire:4566");
  request.fetch.origin = "https://broker.example";
  EXPECT_EQ(guard.judge(request, true).kind, Kind::Serve);
  request.fetch.origin = "http://broker.example";
  EXPECT_EQ(guard.judge(request, true).kind, Kind::Refuse);
}

TEST(BrowserGuardTest, AnIpv6AddressIsAnOriginToo) {
  auto request = get("/", "[::1]:4566");
  request.fetch.origin = "http://[::1]:4566";
  EXPECT_EQ(BrowserGuard().judge(request, true).kind, Kind::Serve);
  request.fetch.origin = "http://[::2]:4566";
  EXPECT_EQ(BrowserGuard().judge(request, true).kind, Kind::Refuse);
}

// ---- pages that may ask

class AllowedOriginTest : public testing::Test {
 protected:
  BrowserVerdict judge(std::string_view method, FetchMetadata fetch) const {
    auto request = get("/");
    request.method = method;
    request.fetch = fetch;
    return guard.judge(request, true);
  }

  const BrowserGuard guard{{}, origins({"https://App.example:443", "http://localhost:3000"}), {}};
};

TEST_F(AllowedOriginTest, AnAllowedPageMayReadTheAnswer) {
  for (const char* site : {"", "cross-site", "same-site"}) {
    const auto verdict = judge("POST", {"https://app.example", site, "cors", "empty", {}, {}});
    EXPECT_EQ(verdict.kind, Kind::Serve);
    EXPECT_EQ(verdict.headers,
              "Access-Control-Allow-Origin: https://app.example\r\nVary: Origin\r\n"
              "Access-Control-Expose-Headers: x-amzn-RequestId, x-amzn-query-error\r\n");
  }
}

TEST_F(AllowedOriginTest, APreflightIsAnswered) {
  const auto verdict = judge("OPTIONS", {"http://localhost:3000", "same-site", "cors", "empty",
                                         "POST", "x-amz-target,content-type"});
  EXPECT_EQ(verdict.kind, Kind::Preflight);
  EXPECT_THAT(verdict.headers, HasSubstr("Access-Control-Allow-Origin: http://localhost:3000\r\n"));
  EXPECT_THAT(verdict.headers,
              HasSubstr("Access-Control-Allow-Methods: GET, HEAD, POST, PUT, DELETE\r\n"));
  EXPECT_THAT(verdict.headers,
              HasSubstr("Access-Control-Allow-Headers: x-amz-target,content-type\r\n"));
  EXPECT_THAT(verdict.headers, HasSubstr("Access-Control-Max-Age: 600\r\n"));
}

TEST_F(AllowedOriginTest, OnlyAPreflightIs) {
  EXPECT_EQ(judge("OPTIONS", {"https://app.example", {}, {}, {}, {}, {}}).kind, Kind::Serve);
  EXPECT_EQ(judge("POST", {"https://app.example", {}, {}, {}, "POST", {}}).kind, Kind::Serve);
}

TEST_F(AllowedOriginTest, NoHeaderOfTheRequestBreaksOutOfItsLine) {
  const auto verdict =
      judge("OPTIONS", {"https://app.example", {}, {}, {}, "POST", "x\r\nSet-Cookie: y"});
  EXPECT_EQ(verdict.kind, Kind::Preflight);
  EXPECT_THAT(verdict.headers, Not(HasSubstr("Set-Cookie")));
}

TEST_F(AllowedOriginTest, WhatIsLikeAnAllowedOriginIsNone) {
  for (const char* origin :
       {"http://app.example", "https://app.example:444", "https://evil.app.example",
        "https://app.example.evil.example", "https://app.example.", "https://app.example/",
        "https://xapp.example", "https://app.example:443:443", "https://evil.example@app.example",
        "null", "https://localhost:3000", "http://localhost:3001"}) {
    EXPECT_EQ(judge("POST", {origin, {}, {}, {}, {}, {}}).kind, Kind::Refuse) << origin;
    const auto preflight = judge("OPTIONS", {origin, {}, {}, {}, "POST", {}});
    EXPECT_EQ(preflight.kind, Kind::Refuse) << origin;
    EXPECT_EQ(preflight.headers, "");
  }
}

TEST_F(AllowedOriginTest, WithoutItsOriginAPageIsNotKnown) {
  EXPECT_EQ(judge("GET", {{}, "cross-site", "no-cors", "image", {}, {}}).kind, Kind::Refuse);
}

TEST(BrowserGuardTest, WhatIsNoHostOrOriginIsNone) {
  for (const char* text : {"http://a.example", "a.example:80", "*", "*.", "*.*.example", "a..b",
                           "a.example.", "a,b", "a b", "b\xc3\xbc.example", "a/b", " ", ""}) {
    EXPECT_FALSE(service::parse_host_pattern(text)) << text;
  }
  for (const char* text :
       {"app.example", "https://app.example/", "https://app.example/path", "ftp://x y", "null", "*",
        "https://*.example", "https://", "https://a.example,", "https://u@a.example",
        "https://a.example:0", ""}) {
    EXPECT_FALSE(service::parse_page_origin(text)) << text;
  }
  EXPECT_TRUE(service::parse_host_pattern("*.b.example"));
  EXPECT_TRUE(service::parse_page_origin("tauri://localhost"));
}

// ---- what a request is told

class GuardedExchangeTest : public ExchangeFixture {
 protected:
  GuardedExchangeTest() {
    configure([](auto& settings) {
      settings.guard = BrowserGuard({}, origins({"https://app.example"}), {});
    });
  }

  // With a page's origin.
  service::HttpReply ask(const RequestText& text, std::string_view origin) {
    auto request = text.view();
    request.fetch.origin = origin;
    service::Exchange exchange(*dispatcher, request, std::make_shared<CountingWaiter>());
    while (exchange.run() == Step::WaitForCommit) journal.commit();
    return exchange.reply();
  }
  static RequestText page(const std::string& method, const std::string& target) {
    RequestText request;
    request.method = method;
    request.target = target;
    return request;
  }
};

TEST_F(GuardedExchangeTest, APageThatMayNotAskIsToldInTheProtocolThatAsked) {
  const auto json =
      ask(RequestText::json("CreateQueue", R"({"QueueName":"q"})"), "https://evil.example");
  EXPECT_EQ(json.status, 403u);
  EXPECT_EQ(json.query_error, "AccessDenied;Sender");
  EXPECT_THAT(nlohmann::json::parse(json.body)["message"].get<std::string>(),
              HasSubstr("allowed_origins"));
  const auto query =
      ask(RequestText::query("Action=CreateQueue&QueueName=q"), "https://evil.example");
  EXPECT_EQ(query.status, 403u);
  EXPECT_EQ(XmlReader::read(query.body).child("Error")->child("Code")->text, "AccessDenied");
  const auto site = ask(page("POST", "/_squire/reset"), "https://evil.example");
  EXPECT_EQ(site.status, 403u);
  EXPECT_EQ(site.content_type, "application/json");
  EXPECT_THAT(nlohmann::json::parse(site.body)["message"].get<std::string>(),
              HasSubstr("https://evil.example"));
  EXPECT_EQ(broker.all_queues().size(), 0u);
}

TEST_F(GuardedExchangeTest, AHostThatIsNoneOfOursIsRefusedForAllKindsOfRequests) {
  auto requests = {RequestText::json("CreateQueue", R"({"QueueName":"q"})"),
                   RequestText::query("Action=CreateQueue&QueueName=q"),
                   page("GET", "/metrics"),
                   page("GET", "/_squire/health"),
                   page("POST", "/_squire/reset"),
                   page("GET", "/"),
                   page("OPTIONS", "/"),
                   page("PUT", "/000000000000/q")};
  for (auto request : requests) {
    request.host = "evil.example";
    EXPECT_EQ(ask(request, "").status, 403u) << request.target;
    EXPECT_EQ(ask(request, "http://evil.example").status, 403u) << request.target;
  }
  EXPECT_EQ(broker.all_queues().size(), 0u);
}

TEST_F(GuardedExchangeTest, AllRepliesToAnAllowedPageSaySo) {
  const std::string allowed = "Access-Control-Allow-Origin: https://app.example\r\n";
  for (const auto& request : {RequestText::json("CreateQueue", R"({"QueueName":"q"})"),
                              RequestText::json("SendMessage", "{"),
                              RequestText::query("Action=Nonsense"), page("GET", "/_squire/queues"),
                              page("GET", "/_squire/nothing"), page("PUT", "/_squire/queues")}) {
    EXPECT_THAT(ask(request, "https://app.example").headers, HasSubstr(allowed)) << request.target;
    EXPECT_THAT(ask(request, "").headers, Not(HasSubstr("Access-Control"))) << request.target;
    EXPECT_THAT(ask(request, "http://localhost:4566").headers, Not(HasSubstr("Access-Control")));
  }
  EXPECT_EQ(broker.all_queues().size(), 1u);
}

TEST_F(GuardedExchangeTest, APreflightHasNoContent) {
  const auto text = page("OPTIONS", "/000000000000/q");
  auto request = text.view();
  request.fetch.origin = "https://app.example";
  request.fetch.requested_method = "POST";
  service::Exchange exchange(*dispatcher, request, nullptr);
  EXPECT_EQ(exchange.run(), Step::Reply);
  EXPECT_EQ(exchange.run(), Step::Reply);
  EXPECT_EQ(exchange.reply().status, 204u);
  EXPECT_EQ(exchange.reply().body, "");
  EXPECT_TRUE(exchange.reply().headers.starts_with("Access-Control-Allow-Origin: "));
}

TEST_F(GuardedExchangeTest, WhoIsTurnedAwayCannotUpload) {
  const auto text = page("PUT", "/_squire/import");
  auto request = text.view();
  EXPECT_FALSE(dispatcher->turns_away(request));
  request.fetch.site = "cross-site";
  EXPECT_TRUE(dispatcher->turns_away(request));
  EXPECT_FALSE(dispatcher->upload(request).has_value());
}

}  // namespace
}  // namespace squire::test
