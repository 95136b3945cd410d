#include "squire/core/digest.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace squire::test {
namespace {

// The example of the developer guide; also in the reference, section 5.
constexpr std::string_view kExample = "This is a test message";

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

TEST(DigestTest, Md5OfTheExampleBody) {
  EXPECT_EQ(to_hex(md5(kExample)), "fafb00f5732ab283681e124bf8747ed1");
}

TEST(DigestTest, Md5OfNothing) {
  EXPECT_EQ(to_hex(md5("")), "d41d8cd98f00b204e9800998ecf8427e");
}

TEST(DigestTest, Md5OfTheAttributeBuffersOfTheReference) {
  EXPECT_EQ(to_hex(md5(bytes_of("000000044369747900000006537472696e670100000008416e792043697479"))),
            "0c32cb5c844c01fbd5b6b434b52cf670");
  EXPECT_EQ(to_hex(md5(bytes_of("00000004426c6f620000000642696e6172790200000003000102"
                                "000000044369747900000006537472696e670100000008416e792043697479"
                                "000000034e756d0000000a4e756d6265722e696e7401000000023432"))),
            "4d647fa812b2747c0a9b087ade7ebbe5");
}

TEST(DigestTest, Sha256OfTheExampleBody) {
  EXPECT_EQ(sha256_hex(kExample),
            "6f3438001129a90c5b1637928bf38bf26e39e57c6e9511005682048bedbef906");
}

TEST(DigestTest, Sha256OfNothing) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(DigestTest, HexadecimalIsLowerCaseAndKeepsLeadingZeros) {
  EXPECT_EQ(to_hex(Md5{0x00, 0x0f, 0xf0, 0xff}), "000ff0ff000000000000000000000000");
}

TEST(DigestTest, ThreadsDoNotDisturbEachOther) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 1000; ++round) {
        ASSERT_EQ(to_hex(md5(kExample)), "fafb00f5732ab283681e124bf8747ed1");
        ASSERT_EQ(sha256_hex(kExample).substr(0, 8), "6f343800");
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace squire::test
