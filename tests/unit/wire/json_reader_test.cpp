#include <gtest/gtest.h>

#include <string>

#include "squire/wire/json.hpp"
#include "unit/wire/sample.hpp"

namespace squire::test {
namespace {

using namespace std::string_literals;
using wire::JsonReader;

// Whether a whole text is JSON, for a reader that wants nothing from it.
bool is_json(std::string_view text) {
  JsonReader reader(text);
  reader.skip();
  return reader.finish().has_value();
}

// A text that is one string; or the word for what was wrong.
std::string string_of(std::string_view text) {
  JsonReader reader(text);
  std::string out;
  reader.read(out);
  const auto result = reader.finish();
  return result.has_value() ? out : "error: " + result.error().message;
}

TEST(JsonReaderTest, TakesEveryKindOfValue) {
  for (const char* text : {"null",
                           "true",
                           "false",
                           "0",
                           "-0",
                           "1",
                           "-1",
                           "1.5",
                           "0.0",
                           "1e1",
                           "1E+2",
                           "1.25e-7",
                           "\"\"",
                           "[]",
                           "{}",
                           "[null]",
                           "[1,2]",
                           R"({"a":1})",
                           R"({"":{"":[[],{}]}})",
                           " \t\r\n{ \"a\" : [ 1 , 2 ] } \n",
                           R"(["\u0000","\/"])"}) {
    EXPECT_TRUE(is_json(text)) << text;
  }
}

TEST(JsonReaderTest, RefusesNumbersThatAreNot) {
  for (const char* text : {"01", "-01", "00", "-", "+1", ".5", "1.", "1.e1", "1e", "1e+", "--1",
                           "0x1", "1_0", "NaN", "Infinity", "-Infinity", "1 2"}) {
    EXPECT_FALSE(is_json(text)) << text;
  }
}

TEST(JsonReaderTest, RefusesBrokenStructure) {
  for (const char* text :
       {"",          " ",        "[",          "{",          "]",         "}",
        "[1",        "[1,",      "[1,]",       "[,1]",       "[1 2]",     "[1}",
        "{\"a\"}",   "{\"a\":}", "{\"a\":1,}", "{,}",        "{\"a\" 1}", "{a:1}",
        "{1:1}",     "{'a':1}",  "{\"a\":1]",  "{\"a\":1}}", "[]]",       "{}{}",
        "null null", "[1],",     "// no\n1",   "1 // no",    "/**/1"}) {
    EXPECT_FALSE(is_json(text)) << text;
  }
}

TEST(JsonReaderTest, RefusesWordsThatAreNot) {
  for (const char* text : {"nul", "nulL", "Null", "True", "tru", "truex", "falsey", "undefined",
                           "[tru]", "[nullnull]", "\xef\xbb\xbf{}"}) {
    EXPECT_FALSE(is_json(text)) << text;
  }
}

TEST(JsonReaderTest, AZeroByteIsNotTheEndOfTheText) {
  EXPECT_FALSE(is_json("{}\0"s));
  EXPECT_FALSE(is_json("{}\0garbage"s));
  EXPECT_FALSE(is_json("\0"s));
  EXPECT_FALSE(is_json("[1\0,2]"s));
  EXPECT_FALSE(is_json("\"a\0b\""s));
}

TEST(JsonReaderTest, OtherWhiteSpaceIsNone) {
  for (const char* text : {"\v1", "\f1",
                           "\xc2\xa0"
                           "1",
                           "1\xe2\x80\xa8"}) {
    EXPECT_FALSE(is_json(text)) << testing::PrintToString(text);
  }
}

TEST(JsonReaderTest, DecodesEveryEscape) {
  EXPECT_EQ(string_of(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(string_of(R"("\u0041\u00e9\u20AC\u0000")"), "A\xc3\xa9\xe2\x82\xac\0"s);
  EXPECT_EQ(string_of(R"("a\u0062c")"), "abc");
}

TEST(JsonReaderTest, JoinsSurrogatePairs) {
  EXPECT_EQ(string_of(R"("\ud83d\ude00")"), "\xf0\x9f\x98\x80");
  EXPECT_EQ(string_of(R"("\uD800\uDC00\uDBFF\uDFFF")"), "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
}

TEST(JsonReaderTest, KeepsLoneSurrogatesAsThreeBytesEach) {
  EXPECT_EQ(string_of(R"("\ud800")"), "\xed\xa0\x80");
  EXPECT_EQ(string_of(R"("\udfffx")"), "\xed\xbf\xbfx");
  EXPECT_EQ(string_of(R"("\ude00\ud83d")"), "\xed\xb8\x80\xed\xa0\xbd");
  EXPECT_EQ(string_of(R"("\ud800\n")"), "\xed\xa0\x80\n");
  EXPECT_EQ(string_of(R"("\ud800\u0041")"),
            "\xed\xa0\x80"
            "A");
  EXPECT_EQ(string_of(R"("\ud800\ud83d\ude00")"), "\xed\xa0\x80\xf0\x9f\x98\x80");
}

TEST(JsonReaderTest, RefusesBrokenEscapes) {
  for (const char* text : {R"("\")", R"("\x41")", R"("\'")", R"("\U0041")", R"("\u")", R"("\u004")",
                           R"("\u004g")", R"("\u+041")", R"("\u-041")", R"("\u 041")",
                           R"("\ud800\u12")", R"("\ud800\u)", R"("\)", R"(")"}) {
    EXPECT_FALSE(is_json(text)) << text;
  }
}

TEST(JsonReaderTest, RefusesControlCharactersInStrings) {
  for (char c = 0; c < 0x20; ++c) {
    EXPECT_FALSE(is_json("\"a"s + c + "b\"")) << int{c};
  }
  EXPECT_TRUE(is_json("\"\x7f\""));
}

TEST(JsonReaderTest, RefusesStringsThatAreNotUtf8) {
  for (const char* text : {"\"\x80\"", "\"\xc0\xaf\"", "\"\xe2\x82\"", "\"\xed\xa0\x80\"",
                           "\"\xf4\x90\x80\x80\"", "\"\xff\""}) {
    EXPECT_FALSE(is_json(text)) << testing::PrintToString(text);
  }
  EXPECT_FALSE(is_json("{\"\xff\":1}"));
}

TEST(JsonReaderTest, AHalfCharacterIsNotCompletedByAnEscape) {
  EXPECT_FALSE(is_json("\"\xe2\\u0082\xac\""));
}

TEST(JsonReaderTest, NestsSixtyFourDeepAndNoDeeper) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(is_json(nested(64)));
  EXPECT_FALSE(is_json(nested(65)));
  EXPECT_FALSE(is_json(std::string(1'000'000, '[')));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  EXPECT_FALSE(is_json(objects));
}

TEST(JsonReaderTest, DepthIsGivenBackAfterEachValue) {
  std::string text = "[";
  for (int i = 0; i < 1000; ++i) text += "[[]],";
  EXPECT_TRUE(is_json(text + "0]"));
}

TEST(JsonReaderTest, RemembersTheFirstThingWrong) {
  JsonReader reader("[01, tru]");
  reader.fail("first");
  reader.fail("second");
  std::string text;
  reader.read(text);
  EXPECT_TRUE(reader.has_failed());
  EXPECT_EQ(reader.finish().error(), (Error{errors::kSerialization, "first"}));
}

TEST(JsonReaderTest, AFailedReaderEndsEveryLoop) {
  JsonReader reader("[1,2,3]");
  reader.fail("enough");
  std::string key;
  reader.begin_array();
  EXPECT_FALSE(reader.next_element());
  reader.begin_object();
  EXPECT_FALSE(reader.next_member(key));
}

}  // namespace
}  // namespace squire::test
