#include "http/health_request.hpp"

#include <gtest/gtest.h>

#include <string>

namespace squire::http {
namespace {

std::string request(const std::string& line, const std::string& headers = "Host: localhost\r\n") {
  return line + " HTTP/1.1\r\n" + headers + "\r\n";
}

TEST(HealthRequestTest, KnowsTheThreePaths) {
  for (const std::string path : {"/_squire/health", "/_localstack/health", "/health"}) {
    const auto bytes = request("GET " + path);
    const auto found = read_health_request(bytes);
    ASSERT_TRUE(found) << path;
    EXPECT_EQ(found->path(), path);
    EXPECT_EQ(found->bytes, bytes.size());
    EXPECT_TRUE(found->keep_alive);
    EXPECT_TRUE(read_health_request(request("HEAD " + path))) << path;
  }
}

TEST(HealthRequestTest, LeavesEverythingElseToTheDispatcher) {
  for (const std::string line :
       {"POST /_squire/health", "GET /_squire/healthy", "GET /", "GET /_squire/health/x",
        "GET /queue/health", "get /health", "GET /health?Action=ListQueues", "GET /health?",
        "GET  /health", "GET http://localhost/health"}) {
    EXPECT_FALSE(read_health_request(request(line))) << line;
  }
}

TEST(HealthRequestTest, WhatIsNotWholeIsNone) {
  const auto bytes = request("GET /health");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(read_health_request(std::string_view(bytes).substr(0, size))) << size;
  }
}

TEST(HealthRequestTest, TheNextRequestIsNotPartOfIt) {
  const auto bytes = request("GET /health");
  const auto found = read_health_request(bytes + request("GET /"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->bytes, bytes.size());
}

TEST(HealthRequestTest, BodiesAndUpgradesAreNone) {
  for (const std::string header :
       {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Content-Length: x\r\n",
        "Transfer-Encoding: identity\r\n", "Expect: 100-continue\r\n",
        "Connection: upgrade\r\nUpgrade: websocket\r\n"}) {
    EXPECT_FALSE(read_health_request(request("GET /health", "Host: localhost\r\n" + header)))
        << header;
  }
}

TEST(HealthRequestTest, HostsThatSomebodyMayOwnAreTheDispatchersToJudge) {
  for (const std::string host : {"localhost", "localhost:4566", "broker", "broker:4566",
                                 "127.0.0.1:4566", "[::1]:4566", "10.1.2.3"}) {
    EXPECT_TRUE(read_health_request(request("GET /health", "Host: " + host + "\r\n"))) << host;
  }
  for (const std::string headers :
       {"Host: evil.example\r\n", "Host: 127.0.0.1.evil.example\r\n", "Host: \r\n", "",
        "Host: localhost\r\nHost: localhost\r\n", "Host: localhost\r\nOrigin: null\r\n",
        "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", "Host: [::1]evil.example\r\n",
        "Host: [::1].evil.example:80\r\n", "Host: [::1\r\n", "Host: ]\r\n",
        "Host: localhost:abc\r\n", "Host: 127.0.0.1:99999\r\n", "Host: a:80:90\r\n",
        "Host: a b\r\n"}) {
    EXPECT_FALSE(read_health_request(request("GET /health", headers))) << headers;
  }
}

TEST(HealthRequestTest, WhoSignsMayMeanAQueue) {
  EXPECT_FALSE(read_health_request(
      request("GET /health", "Host: localhost\r\nAuthorization: AWS4-HMAC-SHA256 x\r\n")));
}

TEST(HealthRequestTest, SaysWhetherTheConnectionStays) {
  EXPECT_FALSE(
      read_health_request(request("GET /health", "Host: localhost\r\nConnection: close\r\n"))
          ->keep_alive);
  EXPECT_FALSE(read_health_request("GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")->keep_alive);
}

}  // namespace
}  // namespace squire::http
