#include "http/request_parser.hpp"

#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <string>
#include <utility>
#include <vector>

#include "squire/service/temporary_files.hpp"
#include "support/broker_fixture.hpp"
#include "support/temporary_directory.hpp"

namespace squire::test {
namespace {

namespace beast = boost::beast::http;
using http::RequestData;
using http::RequestParser;
using ErrorCode = boost::beast::error_code;

// A parser fed from a string, in pieces as a socket might deliver them.
class Parsing {
 public:
  explicit Parsing(std::size_t header_bytes_max = 8192, std::size_t body_bytes_max = 65'536)
      : parser(data, header_bytes_max, body_bytes_max) {}

  // Feeds all of it; what is left is the beginning of the next request.
  Parsing& feed(const std::string& bytes, std::size_t piece = std::string::npos) {
    for (std::size_t end = std::min(piece, bytes.size());;
         end = std::min(bytes.size(), end + std::min(piece, bytes.size()))) {
      rest = bytes.substr(consumed, end - consumed);
      error = {};
      while (!rest.empty() && !error && !parser.is_done()) {
        const auto count = parser.put(boost::asio::buffer(rest), error);
        consumed += count;
        rest.erase(0, count);
      }
      if (error == beast::error::need_more) error = {};
      if (error || parser.is_done() || end == bytes.size()) break;
    }
    rest = bytes.substr(consumed);
    return *this;
  }

  RequestData data;
  RequestParser parser;
  ErrorCode error;
  std::size_t consumed = 0;
  std::string rest;
};

std::string send_message(const std::string& headers, const std::string& body) {
  return "POST /000000000000/q?x=1 HTTP/1.1\r\n" + headers + "\r\n" + body;
}

const std::string kHeaders =
    "Host: localhost:4566\r\nContent-Type: application/x-amz-json-1.0\r\n"
    "X-AMZ-TARGET: AmazonSQS.SendMessage\r\nauthorization: AWS4-HMAC-SHA256 x\r\n"
    "User-Agent: sdk\r\n";

TEST(RequestParserTest, KeepsAllHeadersInTheirOrderIfItIsToldTo) {
  Parsing parsing;
  parsing.data.keeps_headers = true;
  parsing.feed(send_message(kHeaders + "X-Odd:  a   b \r\nX-Odd: c\r\nContent-Length: 0\r\n", ""),
               7);
  ASSERT_TRUE(parsing.parser.is_done());
  std::vector<std::pair<std::string, std::string>> got;
  for (const auto& [name, value] : parsing.data.view().headers) got.emplace_back(name, value);
  EXPECT_EQ(got, (std::vector<std::pair<std::string, std::string>>{
                     {"Host", "localhost:4566"},
                     {"Content-Type", "application/x-amz-json-1.0"},
                     {"X-AMZ-TARGET", "AmazonSQS.SendMessage"},
                     {"authorization", "AWS4-HMAC-SHA256 x"},
                     {"User-Agent", "sdk"},
                     {"X-Odd", "a   b"},
                     {"X-Odd", "c"},
                     {"Content-Length", "0"}}));
  parsing.data.clear();
  EXPECT_TRUE(parsing.data.view().headers.empty());
}

TEST(RequestParserTest, OtherwiseItKeepsNoListOfThem) {
  Parsing parsing;
  parsing.feed(send_message(kHeaders + "Content-Length: 0\r\n", ""));
  EXPECT_TRUE(parsing.data.view().headers.empty());
}

TEST(RequestParserTest, KeepsWhatTheServicesLookAt) {
  Parsing parsing;
  parsing.feed(send_message(kHeaders + "X-Amzn-Trace-Id: Root=1-2\r\nContent-Length: 2\r\n", "{}"));
  ASSERT_FALSE(parsing.error) << parsing.error.message();
  ASSERT_TRUE(parsing.parser.is_done());
  const auto request = parsing.data.view();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/000000000000/q?x=1");
  EXPECT_EQ(request.host, "localhost:4566");
  EXPECT_EQ(request.content_type, "application/x-amz-json-1.0");
  EXPECT_EQ(request.amz_target, "AmazonSQS.SendMessage");
  EXPECT_EQ(request.authorization, "AWS4-HMAC-SHA256 x");
  EXPECT_EQ(request.trace_id, "Root=1-2");
  EXPECT_EQ(request.body, "{}");
  EXPECT_FALSE(parsing.data.expects_continue);
  EXPECT_TRUE(parsing.parser.keep_alive());
}

TEST(RequestParserTest, AnyCutBetweenPiecesGivesTheSame) {
  const auto whole = send_message(kHeaders + "Content-Length: 5\r\n", "hello");
  for (std::size_t piece = 1; piece < whole.size(); ++piece) {
    Parsing parsing;
    parsing.feed(whole, piece);
    ASSERT_FALSE(parsing.error) << parsing.error.message() << " in pieces of " << piece;
    ASSERT_TRUE(parsing.parser.is_done()) << piece;
    ASSERT_EQ(parsing.data.host, "localhost:4566") << piece;
    ASSERT_EQ(parsing.data.amz_target, "AmazonSQS.SendMessage") << piece;
    ASSERT_EQ(parsing.data.body, "hello") << piece;
  }
}

TEST(RequestParserTest, JoinsChunkedBodies) {
  Parsing parsing;
  parsing.feed(send_message("Host: h\r\nTransfer-Encoding: chunked\r\n",
                            "3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\nTrailer: x\r\n\r\n"));
  ASSERT_FALSE(parsing.error) << parsing.error.message();
  EXPECT_TRUE(parsing.parser.is_done());
  EXPECT_EQ(parsing.data.body, "abcdefg");
}

TEST(RequestParserTest, LeavesTheNextRequestAlone) {
  const auto one = send_message("Host: h\r\nContent-Length: 1\r\n", "a");
  Parsing parsing;
  parsing.feed(one + one);
  EXPECT_TRUE(parsing.parser.is_done());
  EXPECT_EQ(parsing.rest, one);
}

TEST(RequestParserTest, ARequestWithoutALengthHasNoBody) {
  Parsing parsing;
  parsing.feed("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(parsing.parser.is_done());
  EXPECT_EQ(parsing.data.method, "GET");
  EXPECT_EQ(parsing.data.body, "");
}

TEST(RequestParserTest, NoticesWhoWaitsForContinue) {
  Parsing parsing;
  parsing.feed(send_message("Host: h\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n", ""));
  EXPECT_TRUE(parsing.parser.is_header_done());
  EXPECT_FALSE(parsing.parser.is_done());
  EXPECT_TRUE(parsing.data.expects_continue);
}

TEST(RequestParserTest, KnowsWhenTheConnectionIsToClose) {
  Parsing closing;
  closing.feed("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_FALSE(closing.parser.keep_alive());
  Parsing old;
  old.feed("GET / HTTP/1.0\r\n\r\n");
  EXPECT_FALSE(old.parser.keep_alive());
}

TEST(RequestParserTest, FindsItAmongOtherOptions) {
  const std::pair<std::string, bool> cases[] = {
      {"HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n", false},
      {"HTTP/1.1\r\nHost: h\r\nConnection: keep-alive,, x\r\n", true},
      {"HTTP/1.1\r\nHost: h\r\nConnection: x\r\nConnection: close\r\n", false},
      {"HTTP/1.1\r\nHost: h\r\n", true},
      {"HTTP/1.0\r\nConnection: Keep-Alive\r\n", true},
      {"HTTP/1.0\r\nConnection: close, keep-alive\r\n", false}};
  for (const auto& [head, keeps_alive] : cases) {
    Parsing parsing;
    parsing.feed("GET / " + head + "\r\n");
    ASSERT_TRUE(parsing.parser.is_done()) << head;
    EXPECT_EQ(parsing.parser.keep_alive(), keeps_alive) << head;
  }
}

TEST(RequestParserTest, KnowsWhoWantsToSpeakSomethingElse) {
  Parsing parsing;
  parsing.feed("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_TRUE(parsing.parser.upgrade());
}

TEST(RequestParserTest, ABodyUpToTheLimitIsTaken) {
  Parsing parsing(8192, 4);
  parsing.feed(send_message("Host: h\r\nContent-Length: 4\r\n", "abcd"));
  EXPECT_FALSE(parsing.error);
  EXPECT_EQ(parsing.data.body, "abcd");
}

TEST(RequestParserTest, ALongerBodyIsRefusedHoweverItComes) {
  Parsing announced(8192, 4);
  announced.feed(send_message("Host: h\r\nContent-Length: 5\r\n", ""));
  EXPECT_EQ(announced.error, beast::error::body_limit);
  Parsing chunked(8192, 4);
  chunked.feed(send_message("Host: h\r\nTransfer-Encoding: chunked\r\n",
                            "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"));
  EXPECT_EQ(chunked.error, beast::error::body_limit);
}

TEST(RequestParserTest, AnAnnouncedBodyTakesNoMemoryBeforeItComes) {
  Parsing parsing(8192, 1'000'000'000);
  parsing.feed(send_message("Host: h\r\nContent-Length: 999999999\r\n", ""));
  EXPECT_FALSE(parsing.error);
  EXPECT_LE(parsing.data.body.capacity(), 128u * 1024);
}

TEST(RequestParserTest, LongerHeadersAreRefused) {
  Parsing parsing(256);
  parsing.feed(send_message("Host: h\r\nX-Long: " + std::string(300, 'x') + "\r\n", ""));
  EXPECT_EQ(parsing.error, beast::error::header_limit);
}

TEST(RequestParserTest, ALineIsTooLongBeforeItEnds) {
  Parsing parsing(256);
  parsing.feed("GET /" + std::string(300, 'x'));
  EXPECT_EQ(parsing.error, beast::error::header_limit);
}

TEST(RequestParserTest, WhatBeginsWithNoMethodNeedNotEnd) {
  Parsing parsing;
  parsing.feed("\x16\x03\x01");
  EXPECT_TRUE(parsing.error);
  Parsing begun;
  begun.feed("GE");
  EXPECT_FALSE(begun.error);
}

TEST(RequestParserTest, AMalformedChunkIsAnErrorThatSaysWhy) {
  for (const char* size :
       {"zz", "", "-1", "+1", "0x1", " 1", "11111111111111111", "00000000000000001", "1;\x01",
        "1 7", "1 0x10", "1\tfoo", "1;", "1;=", "1;;"}) {
    Parsing parsing;
    parsing.feed(send_message("Host: h\r\nTransfer-Encoding: chunked\r\n",
                              std::string(size) + "\r\na\r\n0\r\n\r\n"));
    EXPECT_EQ(parsing.data.fault, "the size of a chunk is malformed") << size;
  }
  Parsing longer;
  longer.feed(send_message("Host: h\r\nTransfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n"));
  EXPECT_EQ(longer.data.fault, "a chunk is longer than it said");
}

TEST(RequestParserTest, AChunkMayHaveExtensionsUpToTheLimitOfHeaders) {
  const auto chunks = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "1 ; name=\"value\";other\r\na\r\n";
    return send_message("Host: h\r\nTransfer-Encoding: chunked\r\n", text + "0\r\n\r\n");
  };
  Parsing few(256);
  few.feed(chunks(5));
  EXPECT_TRUE(few.parser.is_done()) << few.data.fault;
  Parsing many(256);
  many.feed(chunks(50));
  EXPECT_EQ(many.error, beast::error::header_limit);
}

TEST(RequestParserTest, ALongHeadLeavesChunksTheirLines) {
  Parsing parsing(80);
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nX: ";
  parsing.feed(head + std::string(76 - head.size(), 'x') + "\r\n\r\n10\r\n" + std::string(16, 'b') +
               "\r\n0\r\n\r\n");
  EXPECT_TRUE(parsing.parser.is_done()) << parsing.error.message();
}

TEST(RequestParserTest, ATrailerIsAHeaderAndTellsNoLength) {
  for (const char* trailer : {"GET /x HTTP/1.1", " folded", "Host : a", ": x", "Content-Length: 1",
                              "Transfer-Encoding: chunked"}) {
    Parsing parsing;
    parsing.feed(send_message("Host: h\r\nTransfer-Encoding: chunked\r\n",
                              "0\r\n" + std::string(trailer) + "\r\n\r\n"));
    EXPECT_TRUE(parsing.error) << trailer;
  }
}

TEST(RequestParserTest, ManyHeadersAreTooManyHoweverShort) {
  std::string headers = "Host: h\r\n";
  for (int i = 0; i < 1000; ++i) headers += "a:\r\n";
  Parsing parsing;
  parsing.feed(send_message(headers, ""));
  EXPECT_EQ(parsing.error, beast::error::header_limit);
}

TEST(RequestParserTest, ALineThatComesByteByByteIsLookedThroughOnce) {
  // Half a megabyte: looked through anew for every byte it would take minutes.
  Parsing parsing(1'000'000);
  const std::string line = "GET /" + std::string(500'000, 'x');
  for (std::size_t size = 1; size <= line.size(); ++size) {
    ASSERT_EQ(parsing.parser.put(boost::asio::buffer(line.data(), size), parsing.error), 0u);
    ASSERT_EQ(parsing.error, beast::error::need_more);
  }
}

TEST(RequestParserTest, NobodyOfHttp10WaitsForContinue) {
  Parsing parsing;
  parsing.feed("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_FALSE(parsing.data.expects_continue);
}

TEST(RequestParserTest, ManySmallTrailersAreTooLongTogether) {
  Parsing parsing(256);
  std::string trailers;
  for (int i = 0; i < 100; ++i) trailers += "X: y\r\n";
  parsing.feed(
      send_message("Host: h\r\nTransfer-Encoding: chunked\r\n", "0\r\n" + trailers + "\r\n"));
  EXPECT_EQ(parsing.error, beast::error::header_limit);
}

TEST(RequestParserTest, WhatIsNoRequestIsAnError) {
  for (const char* bytes : {"\r\n\r\nnonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost\r\n\r\n", "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
                            "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                            "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                            "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"}) {
    Parsing parsing;
    parsing.feed(bytes);
    EXPECT_TRUE(parsing.error) << testing::PrintToString(bytes);
  }
}

TEST(RequestParserTest, ALengthBesideChunksIsRefused) {
  Parsing parsing;
  parsing.feed(
      send_message("Host: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
  EXPECT_TRUE(parsing.error);
}

TEST(RequestParserTest, KeepsWhatABrowserTells) {
  Parsing parsing;
  parsing.feed(send_message(kHeaders + "ORIGIN: https://a.example\r\nsec-fetch-site: cross-site\r\n"
                                       "Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n"
                                       "Access-Control-Request-Method: POST\r\n"
                                       "Access-Control-Request-Headers: x-amz-target\r\n",
                            ""));
  ASSERT_TRUE(parsing.parser.is_done());
  const auto fetch = parsing.data.view().fetch;
  EXPECT_EQ(fetch.origin, "https://a.example");
  EXPECT_EQ(fetch.site, "cross-site");
  EXPECT_EQ(fetch.mode, "cors");
  EXPECT_EQ(fetch.destination, "empty");
  EXPECT_EQ(fetch.requested_method, "POST");
  EXPECT_EQ(fetch.requested_headers, "x-amz-target");
  parsing.data.clear();
  EXPECT_TRUE(parsing.data.view().fetch.is_empty());
}

TEST(RequestParserTest, WhatABrowserTellsTwiceIsOneList) {
  Parsing parsing;
  parsing.feed(
      send_message("Host: h\r\nOrigin: http://h\r\nOrigin: https://evil.example\r\n"
                   "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n",
                   ""));
  EXPECT_EQ(parsing.data.view().fetch.origin, "http://h, https://evil.example");
  EXPECT_EQ(parsing.data.view().fetch.site, "none, cross-site");
}

// Heads whose end, length or sender another server could see differently.
TEST(RequestParserTest, WhatIsInDoubtIsAnErrorThatSaysWhy) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "no Host"},
      {"Host: a\r\nHost: a\r\n", "two Host"},
      {"Host: a\r\nHOST: b\r\n", "two Host"},
      {"Host: a b\r\n", "Host header is malformed"},
      {"Host: user@a\r\n", "Host header is malformed"},
      {"Host: a/b\r\n", "Host header is malformed"},
      {"Host: \"a\"\r\n", "Host header is malformed"},
      {"Host: b\xc3\xbc\r\n", "Host header is malformed"},
      {"Host: a\r\nTransfer-Encoding: xchunked\r\n", "not chunked"},
      {"Host: a\r\nTransfer-Encoding: identity\r\n", "not chunked"},
      {"Host: a\r\nTransfer-Encoding: gzip, chunked\r\n", "not chunked"},
      {"Host: a\r\nTransfer-Encoding: chunked, identity\r\n", "not chunked"},
      {"Host: a\r\nTransfer-Encoding: chunked, chunked\r\n", "not chunked"},
      {"Host: a\r\nTransfer-Encoding: ,chunked\r\n", "not chunked"},
      {"Host: a\r\nTransfer-Encoding: chunked;q=1\r\n", "not chunked"},
      {"Host: a\r\nTransfer-Encoding: \r\n", "not chunked"},
      {"Host: a\r\nTransfer-Encoding: chunked\xa0\r\n", "not chunked"},
      {"Host: a\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "not chunked"},
      {"Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "two Transfer-"},
      {"Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n", "both"},
      {"Host: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n", "two Content-Length"},
      {"Host: a\r\nContent-Length: 0, 0\r\n", "no number"},
      {"Host: a\r\nContent-Length: +0\r\n", "no number"},
      {"Host: a\r\nContent-Length: 18446744073709551616\r\n", "no number"},
      {"Host: a\r\nAuthorization: x\r\nauthorization: y\r\n", "two Authorization"},
      {"Host: a\r\nX-Amz-Target: x\r\nx-amz-target: y\r\n", "two X-Amz-Target"},
      {"Host: a\r\nX: a\r\n b\r\n", "second line"},
      {"Host: a\r\nX:\r\n b\r\n", "second line"},
      {"Host: a\r\nTransfer-Encoding:\r\n\tchunked\r\n", "second line"},
      {"Host: a\r\n Content-Length: 5\r\n", "second line"},
      {" Host: a\r\n", "second line"},
      {"Host : a\r\n", "header is malformed"},
      {"Host: a\r\nX: a\nY: b\r\n", "CR LF"},
      {"Host: a\r\nX: a\rb\r\n", "header is malformed"},
      {"Host: a\r\nX: a" + std::string(1, '\0') + "b\r\n", "header is malformed"},
      {"Host: a\r\nX" + std::string(1, '\0') + ": b\r\n", "header is malformed"},
      {"Host: a\r\nX\r\n", "header is malformed"},
      {"Host: a\r\n: x\r\n", "header is malformed"},
      {"Host: a\r\nConnection: a b\r\n", "Connection header"}};
  for (const auto& [headers, fault] : cases) {
    for (const std::size_t piece : {std::string::npos, std::size_t{1}}) {
      Parsing parsing;
      parsing.feed(send_message(headers, "0\r\n\r\n"), piece);
      EXPECT_TRUE(parsing.error) << testing::PrintToString(headers);
      EXPECT_NE(parsing.data.fault.find(fault), std::string::npos)
          << testing::PrintToString(headers) << " " << parsing.data.fault;
    }
  }
}

TEST(RequestParserTest, Http10NeedsNoHostAndHasNoChunks) {
  Parsing plain;
  plain.feed("GET / HTTP/1.0\r\n\r\n");
  EXPECT_FALSE(plain.error);
  EXPECT_TRUE(plain.parser.is_done());
  Parsing chunked;
  chunked.feed("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_TRUE(chunked.error);
}

TEST(RequestParserTest, ChunkedIsReadInAnyCase) {
  for (const char* value : {"chunked", "Chunked", "CHUNKED", "  chunked\t "}) {
    Parsing parsing;
    parsing.feed(send_message("Host: h\r\nTransfer-Encoding:" + std::string(value) + "\r\n",
                              "1\r\na\r\n0\r\n\r\n"));
    EXPECT_FALSE(parsing.error) << value;
    EXPECT_EQ(parsing.data.body, "a") << value;
  }
}

TEST(RequestParserTest, BehindTheBodyNoHeaderChangesTheRequest) {
  Parsing parsing;
  parsing.data.keeps_headers = true;
  parsing.feed(
      send_message("Host: h\r\nOrigin: https://a.example\r\nTransfer-Encoding: chunked\r\n",
                   "0\r\nHost: evil.example\r\nOrigin: http://h\r\n"
                   "Authorization: Bearer x\r\nX-Amz-Target: AmazonSQS.DeleteQueue\r\n\r\n"));
  ASSERT_FALSE(parsing.error) << parsing.error.message();
  const auto request = parsing.data.view();
  EXPECT_EQ(request.host, "h");
  EXPECT_EQ(request.fetch.origin, "https://a.example");
  EXPECT_EQ(request.authorization, "");
  EXPECT_EQ(request.amz_target, "");
  EXPECT_EQ(request.headers.size(), 3u);
}

TEST(RequestDataTest, ClearForgetsEverythingAndGivesBigMemoryBack) {
  RequestData data;
  Parsing parsing;
  parsing.feed(send_message(kHeaders + "Expect: 100-continue\r\nContent-Length: 2\r\n", "{}"));
  data = parsing.data;
  data.body.assign(1'000'000, 'x');
  data.clear();
  const auto view = data.view();
  for (const auto text : {view.method, view.target, view.host, view.content_type, view.amz_target,
                          view.authorization, view.body}) {
    EXPECT_EQ(text, "");
  }
  EXPECT_FALSE(data.expects_continue);
  EXPECT_LT(data.body.capacity(), 1000u);
}

// Takes the bodies of PUT requests to one path into files.
class UploadSite final : public service::AdminHandler {
 public:
  std::unique_ptr<service::AdminExchange> handle(const service::SiteRequest&,
                                                 std::shared_ptr<Waiter>) override {
    return nullptr;
  }
  std::optional<service::Upload> upload(std::string_view method, std::string_view path) override {
    if (method != "PUT" || path != "/_squire/import") return std::nullopt;
    return service::Upload{files.make(), 100'000, "import_bytes_max"};
  }

  test::TemporaryDirectory directory;
  service::TemporaryFiles files{directory.path()};
};

class UploadTest : public test::BrokerFixture {
 protected:
  // Small for what is kept in memory.
  ErrorCode feed(const std::string& head, const std::string& body) {
    ErrorCode error;
    RequestParser parser(data, 8192, 1000, &dispatcher);
    const std::string bytes = head + "\r\nHost: localhost\r\n\r\n" + body;
    for (std::size_t begin = 0; begin < bytes.size() && !error && !parser.is_done();) {
      begin += parser.put(boost::asio::buffer(bytes.data() + begin, bytes.size() - begin), error);
      if (error == beast::error::need_more) error = {};
    }
    return error;
  }

  UploadSite site;
  service::Dispatcher dispatcher{broker, {}, {}, &site};
  RequestData data;
};

TEST_F(UploadTest, ABodyGoesIntoAFileOfAnyLengthUpToItsLimit) {
  EXPECT_FALSE(feed("PUT /_squire/import?x=1 HTTP/1.1\r\nContent-Length: 100000",
                    std::string(100'000, 'x')));
  EXPECT_EQ(data.body, "");
  EXPECT_EQ(data.view().body_file->size(), 100'000u);
}

TEST_F(UploadTest, AChunkedBodyGoesThereToo) {
  EXPECT_FALSE(feed("PUT /_squire/import HTTP/1.1\r\nTransfer-Encoding: chunked",
                    "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"));
  data.upload->file->close();
  EXPECT_EQ(data.upload->file->read(100), "hello world");
}

TEST_F(UploadTest, OfWhoIsTurnedAwayNothingIsTaken) {
  const std::string evil = "PUT /_squire/import HTTP/1.1\r\nOrigin: https://evil.example\r\n";
  EXPECT_FALSE(feed(evil + "Content-Length: 5", "hello"));
  EXPECT_FALSE(data.upload.has_value());
  EXPECT_FALSE(data.is_turned_away) << "the answer comes behind the little that is here";
  for (const char* long_body :
       {"Content-Length: 100000", "Content-Length: 5\r\nExpect: 100-continue",
        "Transfer-Encoding: chunked", "Content-Length: 999999999"}) {
    data.clear();
    EXPECT_TRUE(feed(evil + long_body, "")) << long_body;
    EXPECT_TRUE(data.is_turned_away) << long_body;
    EXPECT_FALSE(data.upload.has_value()) << long_body;
  }
}

TEST_F(UploadTest, MoreThanItsLimitIsAnError) {
  EXPECT_EQ(feed("PUT /_squire/import HTTP/1.1\r\nContent-Length: 100001", ""),
            beast::error::body_limit);
  EXPECT_TRUE(data.upload.has_value()) << "so that the refusal can name the setting";
  EXPECT_EQ(feed("PUT /_squire/import HTTP/1.1\r\nTransfer-Encoding: chunked",
                 "10000\r\n" + std::string(0x10000, 'x') + "\r\n10000\r\n" +
                     std::string(0x10000, 'x') + "\r\n0\r\n\r\n"),
            beast::error::body_limit);
}

TEST_F(UploadTest, OtherBodiesAreKeptInMemoryAndWithinTheirLimit) {
  EXPECT_FALSE(feed("POST /_squire/import HTTP/1.1\r\nContent-Length: 5", "hello"));
  EXPECT_EQ(data.body, "hello");
  data.clear();
  EXPECT_EQ(feed("POST / HTTP/1.1\r\nContent-Length: 1001", ""), beast::error::body_limit);
}

}  // namespace
}  // namespace squire::test
