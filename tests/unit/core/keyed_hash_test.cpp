#include "squire/core/keyed_hash.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace squire::test {
namespace {

TEST(KeyedHashTest, EqualKeysHaveEqualHashes) {
  const KeyedHash hash;
  const std::string text = "a text of more than one word";
  EXPECT_EQ(hash(text), hash(std::string_view(text)));
  EXPECT_EQ(hash(0.0), hash(-0.0));
}

TEST(KeyedHashTest, TextsOfEveryLengthAndEveryByteDiffer) {
  std::set<std::uint64_t> hashes;
  for (std::size_t size = 0; size < 64; ++size) hashes.insert(keyed_hash(std::string(size, 'a')));
  EXPECT_EQ(hashes.size(), 64u);
  for (int i = 0; i < 64; ++i) {
    std::string text(64, 'a');
    text[i] = 'b';
    hashes.insert(keyed_hash(text));
  }
  EXPECT_EQ(hashes.size(), 128u);
}

}  // namespace
}  // namespace squire::test
