#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "support/exchange_fixture.hpp"
#include "support/shelf_service.hpp"

namespace squire::test {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

// Beside SQS, a service that is asked by paths.
class RestJsonTest : public ExchangeFixture {
 protected:
  RestJsonTest() {
    shelf::books().clear();
    dispatcher = std::make_unique<service::Dispatcher>(
        broker, std::vector<const service::Service*>{&sqs::service(), &shelf::service()},
        service::DispatcherSettings{});
  }

  static RequestText request(const std::string& method, const std::string& target,
                             const std::string& body = {}) {
    RequestText text;
    text.method = method;
    text.target = "/2026-01-01/shelves/" + target;
    text.body = body;
    return text;
  }

  service::HttpReply put(const std::string& target, const std::string& body,
                         const std::string& author = "Anon") {
    auto text = request("PUT", target, body);
    text.headers = {{"x-shelf-author", author}};
    return call(std::move(text));
  }
  service::HttpReply get(const std::string& target) { return call(request("GET", target)); }
};

TEST_F(RestJsonTest, MembersTravelInPathHeaderParameterAndBody) {
  const auto made = put("a%20b/books/1/two/3%2f4", std::string("\0\xff{", 3), "Nemo");
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(made.content_type, "application/json");
  EXPECT_EQ(made.headers, "X-Shelf-Length: 3\r\n");
  EXPECT_EQ(Json::parse(made.body), Json({{"Title", "1/two/3/4"}}));

  const auto found = get("a%20b/books/1/two/3/4");
  EXPECT_EQ(found.status, 200u);
  EXPECT_EQ(found.content_type, "application/octet-stream");
  EXPECT_EQ(found.headers, "X-Shelf-Author: Nemo\r\n");
  EXPECT_EQ(found.body, std::string("\0\xff{", 3));
}

TEST_F(RestJsonTest, AResponseMaySayItsStatus) {
  EXPECT_EQ(put("s/books/t", "first").status, 201u);
  EXPECT_EQ(put("s/books/t?keep=true", "second").status, 200u);
  EXPECT_EQ(get("s/books/t").body, "first");
  EXPECT_EQ(put("s/books/t?keep=false", "third").status, 200u);
  EXPECT_EQ(get("s/books/t").body, "third");
}

TEST_F(RestJsonTest, AListComesInPages) {
  for (const char* title : {"a", "b", "c"}) put(std::string("s/books/") + title, "text");
  put("other/books/d", "text");
  const auto first = Json::parse(get("s/books?MaxItems=2").body);
  EXPECT_EQ(first["Titles"], Json({"a", "b"}));
  const auto rest = get("s/books/?MaxItems=2&Marker=" + first["NextMarker"].get<std::string>());
  EXPECT_EQ(Json::parse(rest.body), Json({{"Titles", {"c"}}}));
  EXPECT_EQ(get("none/books").body, R"({"Titles":[]})");
}

TEST_F(RestJsonTest, AParameterGivenOftenIsAList) {
  put("s/books/a", "text", "Ann");
  put("s/books/b", "text", "Ben");
  put("s/books/c", "text", "Cy");
  EXPECT_EQ(Json::parse(get("s/books?author=Cy&author=Ann").body)["Titles"], Json({"a", "c"}));
}

TEST_F(RestJsonTest, AnErrorHasItsTypeInAHeaderAndItsTextInTheBody) {
  const auto missing = get("s/books/none");
  EXPECT_EQ(missing.status, 404u);
  EXPECT_EQ(missing.content_type, "application/json");
  EXPECT_EQ(missing.headers, "x-amzn-ErrorType: BookNotFoundException\r\n");
  EXPECT_EQ(missing.body, R"({"message":"There is no such book."})");
  EXPECT_EQ(missing.query_error, "");

  const auto wrong = get("s/books?MaxItems=many");
  EXPECT_EQ(wrong.status, 400u);
  EXPECT_THAT(wrong.headers, HasSubstr("InvalidParameterValueException"));
  EXPECT_THAT(wrong.body, HasSubstr("Value many for parameter MaxItems is invalid."));
  EXPECT_THAT(get("s/books?MaxItems=%2").body, HasSubstr("broken percent encoding"));
  EXPECT_THAT(call(request("PUT", "s/books/t", "no author")).body,
              HasSubstr("The request must contain the parameter Author."));
}

TEST_F(RestJsonTest, AHeaderOfAReplyIsOneLine) {
  put("s/books/t", "text", "A\r\nX-Evil: 1");
  EXPECT_EQ(get("s/books/t").headers, "X-Shelf-Author: AX-Evil: 1\r\n");
}

TEST_F(RestJsonTest, OtherRequestsGoTheirWay) {
  EXPECT_EQ(get("s").body, "<UnknownOperationException/>");
  EXPECT_EQ(call(RequestText::json("CreateQueue", R"({"QueueName":"q"})")).status, 200u);
  auto elsewhere = request("GET", "s/books").signed_for("AKIA", "us-east-1", "sqs");
  EXPECT_EQ(call(std::move(elsewhere)).body, "<UnknownOperationException/>");
  auto ours = request("GET", "s/books").signed_for("AKIA", "us-east-1", "shelf");
  EXPECT_EQ(call(std::move(ours)).status, 200u);
}

TEST_F(RestJsonTest, AnEmptyVersionIsNotThatOfAServiceWithoutOne) {
  const auto reply = call(RequestText::query("Action=ListQueues&Version="));
  EXPECT_EQ(reply.status, 200u) << reply.body;
}

TEST_F(RestJsonTest, RequestsComeWithAllTheirHeadersForIt) {
  EXPECT_TRUE(dispatcher->needs_headers());
  configure([](auto&) {});
  EXPECT_FALSE(dispatcher->needs_headers()) << "nobody of SQS and STS asks";
}

}  // namespace
}  // namespace squire::test
