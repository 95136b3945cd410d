// The client of deliveries against servers on this machine: the one suite here with sockets.
#include "squire/outbound/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "support/http_peer.hpp"

namespace squire::test {
namespace {

using outbound::Answer;
using testing::HasSubstr;
using namespace std::chrono_literals;

class HttpClientTest : public testing::Test {
 protected:
  explicit HttpClientTest(outbound::NetworkRules networks = {})
      : client({4, Seconds(30), true, "", std::move(networks)}) {
    client.start();
  }

  std::future<Answer> send(const std::string& url, Milliseconds timeout = 5s,
                           bool is_confined = true) {
    auto promise = std::make_shared<std::promise<Answer>>();
    client.post([this, url, timeout, is_confined, promise] {
      outbound::Request request;
      request.url = url;
      request.headers = {{"Content-Type", "text/plain"}, {"User-Agent", "test"}};
      request.body = "hello!";
      request.timeout = timeout;
      request.is_confined = is_confined;
      client.send(std::move(request),
                  [promise](Answer result) { promise->set_value(std::move(result)); });
    });
    return promise->get_future();
  }

  Answer get(const std::string& url, Milliseconds timeout = 5s) { return send(url, timeout).get(); }

  outbound::HttpClient client;
};

class ConfinedHttpClientTest : public HttpClientTest {
 protected:
  ConfinedHttpClientTest() : HttpClientTest({{}, {outbound::parse_network("private").value()}}) {}
};

TEST_F(HttpClientTest, PostsAndTellsTheStatusAndTheBody) {
  HttpPeer peer;
  const auto result = get(peer.url());
  EXPECT_EQ(result.status, 200u);
  EXPECT_EQ(result.body, "ok");
  EXPECT_THAT(peer.requests().at(0), testing::StartsWith("POST /hook HTTP/1.1\r\n"));
  EXPECT_THAT(peer.requests().at(0), HasSubstr("\r\nContent-Length: 6\r\n"));
  EXPECT_THAT(peer.requests().at(0), testing::EndsWith("\r\n\r\nhello!"));
}

TEST_F(HttpClientTest, KeepsItsConnection) {
  HttpPeer peer;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get(peer.url()).status, 200u);
  EXPECT_EQ(peer.connection_count(), 1);
}

TEST_F(HttpClientTest, BoundsItsConnectionsToAHost) {
  HttpPeer peer;
  std::vector<std::future<Answer>> results;
  for (int i = 0; i < 50; ++i) results.push_back(send(peer.url()));
  for (auto& result : results) EXPECT_EQ(result.get().status, 200u);
  EXPECT_LE(peer.connection_count(), 4);
}

TEST_F(HttpClientTest, TellsErrorsAsStatuses) {
  HttpPeer peer(
      {"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
       "HTTP/1.1 301 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"});
  EXPECT_EQ(get(peer.url()).status, 500u);
  EXPECT_EQ(get(peer.url()).status, 301u) << "and does not follow";
}

TEST_F(HttpClientTest, UnderstandsChunksAndAnswersThatEndWithTheConnection) {
  HttpPeer peer({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"});
  EXPECT_EQ(get(peer.url()).body, "ok");
  HttpPeer closing({"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nbye"});
  EXPECT_EQ(get(closing.url()).body, "bye");
}

TEST_F(HttpClientTest, ARefusedConnectionIsNoAnswer) {
  std::string url;
  {
    HttpPeer peer;
    url = peer.url();
  }
  const auto result = get(url);
  EXPECT_EQ(result.status, 0u);
  EXPECT_EQ(result.error, "connection refused");
}

TEST_F(HttpClientTest, SilenceTimesOut) {
  HttpPeer peer({HttpPeer::kSilence});
  const auto result = get(peer.url(), 50ms);
  EXPECT_EQ(result.status, 0u);
  EXPECT_EQ(result.error, "timed out");
  EXPECT_EQ(get(peer.url()).status, 200u) << "the next one gets a new connection";
}

TEST_F(HttpClientTest, AClosedConnectionIsNoAnswer) {
  HttpPeer peer({"", ""});
  EXPECT_EQ(get(peer.url()).error, "connection reset");
}

TEST_F(HttpClientTest, AnIdleConnectionThatWasClosedIsReplaced) {
  HttpPeer peer({HttpPeer::kOk, ""});
  EXPECT_EQ(get(peer.url()).status, 200u);
  EXPECT_EQ(get(peer.url()).status, 200u) << "sent once more";
  EXPECT_EQ(peer.connection_count(), 2);
}

TEST_F(HttpClientTest, WhatIsNotHttpIsSaidToBeSo) {
  HttpPeer peer({"SSH-2.0-OpenSSH\r\n\r\n"});
  EXPECT_THAT(get(peer.url()).error, HasSubstr("not an HTTP answer"));
}

TEST_F(HttpClientTest, AHugeAnswerCountsByItsStatus) {
  HttpPeer peer({"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + std::string(100'000, 'x')});
  const auto result = get(peer.url());
  EXPECT_EQ(result.status, 200u);
  EXPECT_LE(result.body.size(), 1024u);
  EXPECT_EQ(get(peer.url()).status, 200u);
}

TEST_F(HttpClientTest, ASilentHostHoldsUpNobodyElse) {
  HttpPeer silent(std::vector<std::string>(10, HttpPeer::kSilence));
  HttpPeer peer;
  std::vector<std::future<Answer>> waiting;
  for (int i = 0; i < 10; ++i) waiting.push_back(send(silent.url(), 100ms));
  EXPECT_EQ(get(peer.url()).status, 200u);
  for (auto& result : waiting) EXPECT_EQ(result.get().error, "timed out");
}

TEST_F(HttpClientTest, WhatIsNoUrlIsNotSent) {
  for (const char* url : {"", "ftp://x/", "http://", "http://x y/"}) {
    EXPECT_EQ(get(url).error, "not a URL") << url;
  }
}

TEST_F(ConfinedHttpClientTest, WhatIsForbiddenIsNotConnectedTo) {
  HttpPeer peer;
  for (const char* host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    auto url = peer.url();
    url.replace(url.find("127.0.0.1"), 9, host);
    const auto result = get(url);
    EXPECT_EQ(result.status, 403u) << url;
    EXPECT_THAT(result.error, HasSubstr("delivery_denied_networks")) << url;
  }
  EXPECT_EQ(peer.connection_count(), 0);
}

TEST_F(ConfinedHttpClientTest, WhereTheSettingsLeadIsNeverForbidden) {
  HttpPeer peer;
  EXPECT_EQ(send(peer.url(), 5s, false).get().status, 200u);
  EXPECT_EQ(get(peer.url()).status, 403u) << "not over the same connection either";
}

TEST_F(HttpClientTest, AHostNobodyKnowsIsNotFound) {
  EXPECT_EQ(get("http://no-such-host.invalid/").error, "host not found");
}

TEST_F(HttpClientTest, StoppingEndsRequestsUnderWay) {
  HttpPeer silent({HttpPeer::kSilence});
  auto waiting = send(silent.url());
  EXPECT_NE(waiting.wait_for(20ms), std::future_status::ready);
  client.stop();
  EXPECT_NE(waiting.wait_for(0ms), std::future_status::ready) << "nothing is called back";
}

}  // namespace
}  // namespace squire::test
