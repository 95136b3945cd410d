#include "squire/access/signature.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "squire/core/iso_time.hpp"
#include "squire/core/text.hpp"
#include "unit/access/botocore_cases.hpp"

namespace squire::test {
namespace {

using access::Key;
using access::Principal;
using access::SignedRequest;
using access::Verifier;
using std::chrono::minutes;

const std::string kAccount = "111122223333";
const std::string kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

Key key(std::string session_token = {}) {
  return {"AKIDEXAMPLE", kSecret, Principal::user(kAccount, "alice"), std::move(session_token)};
}

TimePoint time(std::string_view iso) {
  return parse_iso_time(iso).value();
}

// A vector of AWS's "Signature Version 4 test suite": its requests, and the signatures it gives.
struct Vector {
  std::string_view name;
  std::string_view method;
  std::string_view path;
  std::string_view query;
  std::vector<Header> headers;  // besides Host and X-Amz-Date, which come first and last
  std::string_view body;
  std::string_view signed_headers;
  std::string_view signature;
};

constexpr std::string_view kVanilla =
    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

// clang-format off
const std::vector<Vector> kVectors = {
    {"get-vanilla", "GET", "/", "", {}, "", "host;x-amz-date", kVanilla},
    {"get-vanilla-query", "GET", "/", "", {}, "", "host;x-amz-date", kVanilla},
    {"get-vanilla-empty-query-key", "GET", "/", "Param1=value1", {}, "", "host;x-amz-date", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
    {"get-vanilla-query-order-key-case", "GET", "/", "Param2=value2&Param1=value1", {}, "", "host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"get-vanilla-query-unreserved", "GET", "/", "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", {}, "", "host;x-amz-date", "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
    {"get-vanilla-utf8-query", "GET", "/", "\341\210\264=bar", {}, "", "host;x-amz-date", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"get-utf8", "GET", "/\341\210\264", "", {}, "", "host;x-amz-date", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"get-space", "GET", "/example space/", "", {}, "", "host;x-amz-date", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"get-header-key-duplicate", "GET", "/", "", {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}}, "", "host;my-header1;x-amz-date", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
    {"get-header-value-order", "GET", "/", "", {{"My-Header1", "value4"}, {"My-Header1", "value1"}, {"My-Header1", "value3"}, {"My-Header1", "value2"}}, "", "host;my-header1;x-amz-date", "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
    {"get-header-value-trim", "GET", "/", "", {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}}, "", "host;my-header1;my-header2;x-amz-date", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"get-relative", "GET", "/example/..", "", {}, "", "host;x-amz-date", kVanilla},
    {"get-relative-relative", "GET", "/example1/example2/../..", "", {}, "", "host;x-amz-date", kVanilla},
    {"get-slash", "GET", "//", "", {}, "", "host;x-amz-date", kVanilla},
    {"get-slash-dot-slash", "GET", "/./", "", {}, "", "host;x-amz-date", kVanilla},
    {"get-slash-pointless-dot", "GET", "/./example", "", {}, "", "host;x-amz-date", "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
    {"get-slashes", "GET", "//example//", "", {}, "", "host;x-amz-date", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
    {"post-vanilla", "POST", "/", "", {}, "", "host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"post-vanilla-query", "POST", "/", "Param1=value1", {}, "", "host;x-amz-date", "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
    {"post-header-key-sort", "POST", "/", "", {{"My-Header1", "value1"}}, "", "host;my-header1;x-amz-date", "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
    {"post-header-value-case", "POST", "/", "", {{"My-Header1", "VALUE1"}}, "", "host;my-header1;x-amz-date", "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
    {"post-x-www-form-urlencoded", "POST", "/", "", {{"Content-Type", kForm}}, "Param1=value1", "content-type;host;x-amz-date", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
};
// clang-format on

TEST(SignatureTest, TheVectorsOfAwsAreRight) {
  for (const auto& vector : kVectors) {
    SCOPED_TRACE(vector.name);
    const std::string authorization =
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=" +
        std::string(vector.signed_headers) + ", Signature=" + std::string(vector.signature);
    std::vector<Header> headers = {{"Host", "example.amazonaws.com"}};
    headers.insert(headers.end(), vector.headers.begin(), vector.headers.end());
    headers.push_back({"X-Amz-Date", "20150830T123600Z"});
    headers.push_back({"Authorization", authorization});
    const Verifier verifier({key()});
    const auto verified =
        verifier.verify({vector.method, vector.path, vector.query, headers, vector.body}, "service",
                        time("2015-08-30T12:36:00Z"));
    ASSERT_TRUE(verified.has_value()) << verified.error().message;
    EXPECT_EQ(verified->key->principal.arn, "arn:aws:iam::111122223333:user/alice");
    EXPECT_EQ(verified->region, "us-east-1");
  }
}

TEST(SignatureTest, WhatBotocoreSignsIsRight) {
  for (const auto& one : kBotocoreCases) {
    SCOPED_TRACE(std::string(one.path) + "?" + std::string(one.query));
    const Verifier verifier({key(std::string(one.session_token))});
    const auto verified = verifier.verify({one.method, one.path, one.query, one.headers, one.body},
                                          one.service, time("2026-11-23T04:41:55Z"));
    EXPECT_TRUE(verified.has_value()) << verified.error().message;
  }
}

TEST(SignatureTest, WhatBotocoreSignsIsRightForNothingElse) {
  for (const auto& one : kBotocoreCases) {
    SCOPED_TRACE(std::string(one.path) + "?" + std::string(one.query));
    const Verifier verifier({key(std::string(one.session_token))});
    const auto code = [&](SignedRequest request) {
      return verifier.verify(request, one.service, time("2026-11-23T04:41:55Z")).error().code;
    };
    const SignedRequest request{one.method, one.path, one.query, one.headers, one.body};
    const std::string body = std::string(one.body) + "x";
    const std::string path = std::string(one.path) + "x";
    const std::string query = std::string(one.query) + "&x=y";
    auto altered = request;
    altered.body = body;
    EXPECT_EQ(code(altered), errors::kSignatureDoesNotMatch);
    altered = request;
    altered.path = path;
    EXPECT_EQ(code(altered), errors::kSignatureDoesNotMatch);
    altered = request;
    altered.query = query;
    EXPECT_EQ(code(altered), errors::kSignatureDoesNotMatch);
    altered = request;
    altered.method = "PUT";
    EXPECT_EQ(code(altered), errors::kSignatureDoesNotMatch);
    auto headers = one.headers;
    headers.front().value = "elsewhere.test";
    altered = request;
    altered.headers = headers;
    EXPECT_EQ(code(altered), errors::kSignatureDoesNotMatch);
  }
}

// A request of one of the vectors above, to be spoiled.
class RefusedSignatureTest : public testing::Test {
 protected:
  Error error(std::string_view service = "service") const {
    const auto verified = verifier.verify({"GET", "/", query, headers, body}, service, now);
    return verified.has_error() ? verified.error()
                                : Error{errors::kInternalFailure, "it was taken"};
  }
  void set(std::string_view name, std::string_view value) {
    for (auto& header : headers) {
      if (header.name == name) header.value = value;
    }
  }
  void remove(std::string_view name) {
    std::erase_if(headers, [&](const Header& header) { return header.name == name; });
  }
  static std::string authorization(const std::string& scope,
                                   const std::string& signed_headers = "host;x-amz-date") {
    return "AWS4-HMAC-SHA256 Credential=" + scope + ", SignedHeaders=" + signed_headers +
           ", Signature=" + std::string(kVanilla);
  }

  const std::string good_ = authorization("AKIDEXAMPLE/20150830/us-east-1/service/aws4_request");
  std::vector<Header> headers = {{"Host", "example.amazonaws.com"},
                                 {"X-Amz-Date", "20150830T123600Z"},
                                 {"Authorization", good_}};
  std::string query;
  std::string body;
  TimePoint now = time("2015-08-30T12:36:00Z");
  Verifier verifier{{key()}};
};

TEST_F(RefusedSignatureTest, NoSignatureAtAll) {
  remove("Authorization");
  EXPECT_EQ(error(), (Error{errors::kMissingAuthenticationToken, {}}));
}

TEST_F(RefusedSignatureTest, EachMissingPartIsNamed) {
  headers = {{"Host", "example.amazonaws.com"}, {"Authorization", "Basic c2VjcmV0"}};
  const auto refused = error();
  EXPECT_EQ(refused.code, errors::kIncompleteSignature);
  EXPECT_TRUE(refused.message.starts_with(
      "Authorization header requires 'Credential' parameter. Authorization header requires "
      "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
      "(Hashed with SHA-256 and encoded with Base64) Authorization="))
      << refused.message;
  EXPECT_EQ(refused.message.find("c2VjcmV0"), std::string::npos);
}

TEST_F(RefusedSignatureTest, APartWithoutAValue) {
  set("Authorization", "AWS4-HMAC-SHA256 Credential= AKIDEXAMPLE, Signature=1");
  EXPECT_EQ(error().code, errors::kIncompleteSignature);
  EXPECT_NE(error().message.find("'AKIDEXAMPLE' not a valid key=value pair (missing equal-sign)"),
            std::string::npos);
}

TEST_F(RefusedSignatureTest, ACredentialHasFiveElements) {
  for (const std::string scope : {"AKIDEXAMPLE", "a/b/c/d", "a/b/c/d/e/f", "a/b/20150830/r/s/t"}) {
    const auto text = authorization(scope);
    set("Authorization", text);
    EXPECT_EQ(error(), (Error{errors::kIncompleteSignature,
                              "Credential must have exactly 5 slash-delimited elements, e.g. "
                              "keyid/date/region/service/term, got '" +
                                  scope + "'"}));
  }
}

TEST_F(RefusedSignatureTest, WhatIsThereTwice) {
  const std::string other = "Credential=AKIDOTHER/20150830/us-east-1/service/aws4_request";
  const std::string scheme = "AWS4-HMAC-SHA256 ";
  for (const std::string& forged : {scheme + other + ", " + good_.substr(scheme.size()),
                                    good_ + ", " + other, good_ + "," + good_.substr(scheme.size()),
                                    good_ + ", SignedHeaders=host", good_ + ", Signature=0"}) {
    set("Authorization", forged);
    EXPECT_EQ(error().code, errors::kIncompleteSignature) << forged;
    EXPECT_NE(error().message.find("two parameters"), std::string::npos) << forged;
  }
  for (const std::string& forged : {scheme + "X" + other + ", " + good_.substr(scheme.size()),
                                    good_ + ", credential=AKIDOTHER"}) {
    set("Authorization", forged);
    EXPECT_EQ(error().code, errors::kIncompleteSignature) << forged;
  }
}

TEST_F(RefusedSignatureTest, TwoAuthorizationHeaders) {
  for (const char* second : {"Bearer x", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e", ""}) {
    auto both = headers;
    both.push_back({"authorization", second});
    std::swap(headers, both);
    EXPECT_EQ(error(),
              (Error{errors::kIncompleteSignature, "There are two Authorization headers."}));
    std::swap(headers.front(), headers.back());
    EXPECT_EQ(error().code, errors::kIncompleteSignature);
    std::swap(headers, both);
  }
}

TEST_F(RefusedSignatureTest, ARegionWithoutARegionsForm) {
  for (const char* region : {"elasticmq", "local", "us-east", "us--east-1", "us-east-1-"}) {
    const auto text =
        authorization("AKIDEXAMPLE/20150830/" + std::string(region) + "/service/aws4_request");
    set("Authorization", text);
    EXPECT_EQ(error(), (Error{errors::kSignatureDoesNotMatch,
                              "Credential should be scoped to a valid region."}))
        << region;
  }
}

TEST_F(RefusedSignatureTest, AnUnknownKey) {
  const auto text = authorization("AKIDOTHER/20150830/us-east-1/service/aws4_request");
  set("Authorization", text);
  EXPECT_EQ(error(), (Error{errors::kInvalidClientTokenId, {}}));
}

TEST_F(RefusedSignatureTest, AScopeThatIsWrongInEveryPart) {
  const auto text = authorization("AKIDEXAMPLE/20150829/NoRegion/iam/aws4");
  set("Authorization", text);
  EXPECT_EQ(error("sqs"),
            (Error{errors::kSignatureDoesNotMatch,
                   "Credential should be scoped to a valid region. Credential should be scoped to "
                   "correct service: 'sqs'. Credential should be scoped with a valid terminator: "
                   "'aws4_request', not 'aws4'. Date in Credential scope does not match YYYYMMDD "
                   "from ISO-8601 version of date from HTTP: '20150829' != '20150830', from "
                   "'20150830T123600Z'."}));
}

TEST_F(RefusedSignatureTest, AnotherSecret) {
  auto other = key();
  other.secret += "x";
  Verifier strangers({other});
  const auto refused = strangers.verify({"GET", "/", query, headers, body}, "service", now);
  EXPECT_EQ(refused.error(), (Error{errors::kSignatureDoesNotMatch, {}}));
}

TEST_F(RefusedSignatureTest, AClockMayDifferByFifteenMinutesAndNoMore) {
  const auto at = now;
  now = at + minutes(15);
  EXPECT_EQ(error().code, errors::kInternalFailure);
  now = at - minutes(15);
  EXPECT_EQ(error().code, errors::kInternalFailure);
  now = at + minutes(15) + Seconds(1);
  EXPECT_EQ(error(), (Error{errors::kSignatureDoesNotMatch,
                            "Signature expired: 20150830T123600Z is now earlier than "
                            "20150830T123601Z (20150830T125101Z - 15 min.)"}));
  now = at - minutes(15) - Seconds(1);
  EXPECT_EQ(error(), (Error{errors::kSignatureDoesNotMatch,
                            "Signature not yet current: 20150830T123600Z is still later than "
                            "20150830T123559Z (20150830T122059Z + 15 min.)"}));
}

TEST_F(RefusedSignatureTest, ATimeThatIsNone) {
  for (const std::string_view text : {"yesterday", "20150830T1236000", "20151330T123600Z",
                                      "2015-08-30T12:36:00Z", "Sun, 30 Aug 2015 12:36:00 CET"}) {
    set("X-Amz-Date", text);
    EXPECT_EQ(error(), (Error{errors::kIncompleteSignature,
                              "Date must be in ISO-8601 'basic format'. Got '" + std::string(text) +
                                  "'. See http://en.wikipedia.org/wiki/ISO_8601"}));
  }
}

TEST_F(RefusedSignatureTest, ADateHeaderTakesThePlaceOfXAmzDate) {
  remove("X-Amz-Date");
  headers.push_back({"Date", "Sun, 30 Aug 2015 12:36:00 GMT"});
  EXPECT_EQ(error(), (Error{errors::kSignatureDoesNotMatch, {}})) << "read, but signed otherwise";
  now += minutes(16);
  EXPECT_TRUE(error().message.starts_with("Signature expired: 20150830T123600Z"));
}

TEST_F(RefusedSignatureTest, TheHostMustBeSigned) {
  const auto text =
      authorization("AKIDEXAMPLE/20150830/us-east-1/service/aws4_request", "x-amz-date");
  set("Authorization", text);
  EXPECT_EQ(error(),
            (Error{errors::kSignatureDoesNotMatch,
                   "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."}));
}

TEST_F(RefusedSignatureTest, TheActionMustBeSigned) {
  headers.push_back({"x-amz-target", "AmazonSQS.DeleteQueue"});
  EXPECT_EQ(error(), (Error{errors::kSignatureDoesNotMatch,
                            "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization."}));
}

TEST_F(RefusedSignatureTest, TooManySignedHeaders) {
  std::string names = "host";
  for (int i = 0; i < 100; ++i) names += ";h";
  const auto text = authorization("AKIDEXAMPLE/20150830/us-east-1/service/aws4_request", names);
  set("Authorization", text);
  EXPECT_EQ(error().code, errors::kIncompleteSignature);
}

TEST_F(RefusedSignatureTest, ASessionTokenIsRightOrWrongNeverOptional) {
  headers.push_back({"X-Amz-Security-Token", "token"});
  EXPECT_EQ(error(), (Error{errors::kInvalidClientTokenId, {}})) << "the key has none";
  Verifier sessions({key("secret token")});
  EXPECT_EQ(sessions.verify({"GET", "/", query, headers, body}, "service", now).error().code,
            errors::kInvalidClientTokenId);
  remove("X-Amz-Security-Token");
  EXPECT_EQ(sessions.verify({"GET", "/", query, headers, body}, "service", now).error().code,
            errors::kInvalidClientTokenId);
}

TEST_F(RefusedSignatureTest, AKeyMayHaveExpired) {
  auto temporary = key();
  temporary.expires_at = now;
  const Verifier keys({temporary});
  const SignedRequest request{"GET", "/", query, headers, body};
  EXPECT_EQ(keys.verify(request, "service", now).error(), (Error{errors::kExpiredToken, {}}));
  EXPECT_TRUE(keys.verify(request, "service", now - Seconds(1)).has_value());
}

TEST_F(RefusedSignatureTest, SignatureVersionTwo) {
  remove("Authorization");
  query = "Action=ListQueues&AWSAccessKeyId=AKIDEXAMPLE&SignatureVersion=2&Signature=x";
  EXPECT_EQ(error().code, errors::kInvalidSecurity);
  body = std::exchange(query, {});
  EXPECT_EQ(error().code, errors::kInvalidSecurity);
}

// "X-Amz-Expires=<seconds>" and what else a presigned URL has.
class PresignedTest : public testing::Test {
 protected:
  Error error(const std::string& query, TimePoint now = time("2026-11-23T04:41:55Z")) const {
    const std::vector<Header> headers = {{"Host", "queues.test:4566"}};
    const auto verified = verifier.verify({"GET", "/", query, headers, ""}, "sqs", now);
    return verified.has_error() ? verified.error()
                                : Error{errors::kInternalFailure, "it was taken"};
  }
  static std::string presigned(const std::string& expires) {
    return "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261123%2Fus-east-1%"
           "2Fsqs%2Faws4_request&X-Amz-Date=20261123T044155Z&X-Amz-Expires=" +
           expires + "&X-Amz-SignedHeaders=host&X-Amz-Signature=0";
  }

  Verifier verifier{{key()}};
};

TEST_F(PresignedTest, EachMissingParameterIsNamed) {
  EXPECT_EQ(error("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=60&X-Amz-SignedHeaders=host"),
            (Error{errors::kIncompleteSignature,
                   "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string "
                   "parameters must include 'X-Amz-Signature'. AWS query-string parameters must "
                   "include 'X-Amz-Date'. Re-examine the query-string parameters."}));
}

TEST_F(PresignedTest, NoParameterIsThereTwice) {
  for (const char* more : {"&X-Amz-Credential=OTHER%2F20261123%2Fus-east-1%2Fsqs%2Faws4_request",
                           "&X-Amz-Signature=0", "&X-Amz-Expires=1"}) {
    const auto refused = error(presigned("60") + more);
    EXPECT_EQ(refused.code, errors::kIncompleteSignature) << more;
    EXPECT_NE(refused.message.find("twice"), std::string::npos) << more;
  }
}

TEST_F(PresignedTest, AnUnknownAlgorithm) {
  auto query = presigned("60");
  query.replace(query.find("SHA256"), 6, "SHA512");
  EXPECT_EQ(error(query), (Error{errors::kIncompleteSignature,
                                 "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."}));
}

TEST_F(PresignedTest, ItIsGoodForASecondToAWeek) {
  EXPECT_EQ(error(presigned("soon")).message, "X-Amz-Expires should be a number");
  EXPECT_EQ(error(presigned("0")).message, "X-Amz-Expires must be positive");
  EXPECT_EQ(error(presigned("-5")).message, "X-Amz-Expires must be positive");
  EXPECT_EQ(error(presigned("604801")).code, errors::kIncompleteSignature);
  EXPECT_EQ(error(presigned("604800")).code, errors::kSignatureDoesNotMatch);
  EXPECT_EQ(error(presigned("1")).code, errors::kSignatureDoesNotMatch);
}

TEST_F(PresignedTest, ItEndsWhenItsTimeIsOver) {
  const auto at = time("2026-11-23T04:41:55Z");
  EXPECT_EQ(error(presigned("60"), at + Seconds(59)).code, errors::kSignatureDoesNotMatch);
  EXPECT_EQ(error(presigned("60"), at + Seconds(60)), (Error{errors::kRequestExpired, {}}));
  EXPECT_TRUE(error(presigned("60"), at - minutes(16))
                  .message.starts_with("Signature not yet current: 20261123T044155Z"));
}

TEST(VerifierTest, KeysHaveDifferentNames) {
  EXPECT_THROW(Verifier({key(), key()}), std::invalid_argument);
}

TEST(SecretTest, IsTheSameOnlyInFull) {
  EXPECT_TRUE(access::is_same_secret("", ""));
  EXPECT_TRUE(access::is_same_secret("abc", "abc"));
  EXPECT_FALSE(access::is_same_secret("abc", "abd"));
  EXPECT_FALSE(access::is_same_secret("abc", "ab"));
}

}  // namespace
}  // namespace squire::test
