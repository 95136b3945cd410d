#include "outbound/http_client_request.hpp"

#include <gtest/gtest.h>

namespace squire::outbound {
namespace {

std::optional<std::string> format(const std::string& url,
                                  std::vector<std::pair<std::string, std::string>> headers) {
  Request request;
  request.url = url;
  request.headers = std::move(headers);
  request.body = "Hello world!";
  return format_request(request, *parse_url(url));
}

TEST(HttpClientRequestTest, WritesHeadersInTheOrderOfSns) {
  EXPECT_EQ(format("http://myhost.example.com/sns",
                   {{"x-amz-sns-message-type", "Notification"},
                    {"x-amz-sns-rawdelivery", "true"},
                    {"Content-Type", "text/plain; charset=UTF-8"},
                    {"User-Agent", "Amazon Simple Notification Service Agent"}}),
            "POST /sns HTTP/1.1\r\n"
            "x-amz-sns-message-type: Notification\r\n"
            "x-amz-sns-rawdelivery: true\r\n"
            "Content-Length: 12\r\n"
            "Content-Type: text/plain; charset=UTF-8\r\n"
            "Host: myhost.example.com\r\n"
            "Connection: Keep-Alive\r\n"
            "User-Agent: Amazon Simple Notification Service Agent\r\n"
            "\r\n"
            "Hello world!");
}

TEST(HttpClientRequestTest, WritesItsHeadersAlsoWhenNoneWereGiven) {
  EXPECT_EQ(format("http://[::1]:81", {}),
            "POST / HTTP/1.1\r\nContent-Length: 12\r\nHost: [::1]:81\r\n"
            "Connection: Keep-Alive\r\n\r\nHello world!");
}

TEST(HttpClientRequestTest, TakesAuthorizationFromTheUrl) {
  const auto text = format("http://Aladdin:open%20sesame@a/", {});
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"), text->npos);
  EXPECT_NE(text->find("Host: a\r\n"), text->npos);
}

TEST(HttpClientRequestTest, RefusesHeadersThatWouldBreakOutOfTheirLine) {
  using Header = std::pair<std::string, std::string>;
  for (const auto& header :
       {Header("X", "a\r\nY: b"), Header("X", "a\nb"), Header("X", std::string("a\0b", 3)),
        Header("X\r\nY", "a"), Header("X:Y", "a"), Header("X Y", "a"), Header("", "a"),
        Header("host", "b"), Header("content-length", "1"), Header("Connection", "close"),
        Header("transfer-encoding", "chunked"), Header("Authorization", "Basic x")}) {
    EXPECT_FALSE(format("http://a/", {header})) << header.first << ": " << header.second;
  }
}

}  // namespace
}  // namespace squire::outbound
