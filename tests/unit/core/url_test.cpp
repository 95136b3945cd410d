#include "squire/core/url.hpp"

#include <gtest/gtest.h>

namespace squire {
namespace {

TEST(UrlTest, TakesAllPartsApart) {
  const auto url = parse_url("HTTPS://me:s%3Acret%40@Example.COM:8443/a/b?c=d&e#f");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->is_tls);
  EXPECT_TRUE(url->has_credentials);
  EXPECT_EQ(url->user, "me");
  EXPECT_EQ(url->password, "s:cret@");
  EXPECT_EQ(url->host, "example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/a/b?c=d&e");
  EXPECT_EQ(url->authority(), "example.com:8443");
}

TEST(UrlTest, FillsInPortAndPath) {
  EXPECT_EQ(parse_url("http://a")->port, 80);
  EXPECT_EQ(parse_url("https://a:")->port, 443);
  EXPECT_EQ(parse_url("http://a")->target, "/");
  EXPECT_EQ(parse_url("http://a?b=c")->target, "/?b=c");
  EXPECT_EQ(parse_url("http://a:80")->authority(), "a");
  EXPECT_EQ(parse_url("https://a:80")->authority(), "a:80");
  EXPECT_FALSE(parse_url("http://a")->has_credentials);
}

TEST(UrlTest, ReadsIpv6LiteralsInBrackets) {
  const auto url = parse_url("http://[::1]:81/x");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 81);
  EXPECT_EQ(url->authority(), "[::1]:81");
  EXPECT_EQ(parse_url("http://[::FFFF:10.0.0.1]/")->host, "::ffff:10.0.0.1");
}

TEST(UrlTest, AnAtInThePathIsNoPassword) {
  const auto url = parse_url("http://a/b@c");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "a");
  EXPECT_FALSE(url->has_credentials);
}

TEST(UrlTest, RefusesWhatIsNoHttpUrl) {
  for (const char* text : {"",
                           "a",
                           "ftp://a",
                           "http:/a",
                           "http://",
                           "http:///a",
                           "http://:80",
                           "http://a:0",
                           "http://a:65536",
                           "http://a:-1",
                           "http://a:8x",
                           "http://a:+8",
                           "http://[::1",
                           "http://[]",
                           "http://[1]",
                           "http://[127.0.0.1]",
                           "http://[1:2:3]",
                           "http://[1:2:3:4:5:6:7:8:9]",
                           "http://[fe80::zz]",
                           "http://[fe80::1%25eth0]",
                           "http://[::1]x",
                           "http://::1",
                           "http://u%zz@a",
                           "http://u%4@a",
                           "http://a b",
                           "http://a/b c",
                           "http://a/\r\nX: y",
                           "http://a/\n",
                           "http://a/\t",
                           "http://a/\x7f",
                           "http://\xc3\xa4/",
                           "http://a\\b",
                           "http://a%2f/"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
  EXPECT_FALSE(parse_url(std::string_view("http://a/\0b", 11)));
}

TEST(FormDecodeTest, TurnsPlusIntoSpaceAndEscapesIntoBytes) {
  EXPECT_EQ(form_decode("a+b%20c%2Bd"), "a b c+d");
  EXPECT_EQ(form_decode("%e2%82%AC"), "\xe2\x82\xac");
  EXPECT_EQ(form_decode("%00"), std::string(1, '\0'));
  EXPECT_EQ(form_decode("%2525"), "%25");
  EXPECT_EQ(form_decode(""), "");
}

TEST(FormDecodeTest, APlusInAPathIsAPlus) {
  EXPECT_EQ(percent_decode("a+b%20c%2bd"), "a+b c+d");
  EXPECT_EQ(percent_decode("%2"), std::nullopt);
}

TEST(FormDecodeTest, LeavesEverythingElseAlone) {
  EXPECT_EQ(form_decode("http://h:1/000000000000/q?x#y"), "http://h:1/000000000000/q?x#y");
}

TEST(FormDecodeTest, RefusesBrokenEscapes) {
  for (const char* text : {"%", "%4", "a%", "a%4", "%zz", "%4z", "%z4", "%%41", "%+1", "% 41"}) {
    EXPECT_EQ(form_decode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace squire
