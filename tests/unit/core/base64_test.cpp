#include <gtest/gtest.h>

#include <random>
#include <string>

#include "squire/core/text.hpp"

namespace squire::test {
namespace {

using namespace std::string_literals;

// RFC 4648, section 10.
TEST(Base64Test, AgreesWithTheVectorsOfItsRfc) {
  const std::pair<std::string, std::string> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
}

TEST(Base64Test, UsesPlusAndSlashForTheLastTwoValues) {
  EXPECT_EQ(base64_encode("\xfb\xff\xbf"), "+/+/");
  EXPECT_EQ(base64_decode("+/+/"), "\xfb\xff\xbf");
}

TEST(Base64Test, CarriesZeroBytes) {
  EXPECT_EQ(base64_encode("\0\0\0"s), "AAAA");
  EXPECT_EQ(base64_decode("AAAAAA=="), "\0\0\0\0"s);
}

TEST(Base64Test, TakesTextWhosePaddingIsMissing) {
  EXPECT_EQ(base64_decode("Zg"), "f");
  EXPECT_EQ(base64_decode("Zm8"), "fo");
  EXPECT_EQ(base64_decode("Zg="), "f");
}

TEST(Base64Test, RefusesWhatIsNotBase64) {
  for (const char* text : {"Z", "Zm9vY", "Zm9v!", "Zm 9v", "Zm9v\n", "Zm-_", "=Zg=", "Zg=a",
                           "Z=g=", "Zg===", "====", "Zm\x80v"}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(Base64Test, RefusesMorePaddingThanTheTextNeeds) {
  for (const char* text : {"=", "==", "Zm9v=", "Zm9v==", "Zm8=="}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(Base64Test, GivesBackWhateverBytesItEncoded) {
  std::mt19937 random(20261123);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
  }
}

}  // namespace
}  // namespace squire::test
