#include "storage/row_codec.hpp"

#include <gtest/gtest.h>

#include "squire/storage/sqlite_journal.hpp"

namespace squire::storage {
namespace {

TEST(RowCodecTest, GivesBackAnyBytes) {
  const engine::StringMap map = {{"", ""}, {"Name", "5:Color,"}, {std::string("\0\xff", 2), ","}};
  EXPECT_EQ(decode_string_map(encode(map)), map);
  const MessageAttributes attributes = {{"Color", {"String.hue", "blue"}},
                                        {"Raw", {"Binary", std::string("\0:,\xff", 4)}}};
  EXPECT_EQ(decode_attributes(encode(attributes)), attributes);
}

TEST(RowCodecTest, IsReadable) {
  EXPECT_EQ(encode(engine::StringMap{{"Color", "blue"}}), "5:Color,4:blue,");
}

TEST(RowCodecTest, RefusesDamagedBytes) {
  for (const char* bytes : {"x", "5", "5:", "5:Color", "5:Color,", "5:Color,4:blu,", "-1:,1:a,",
                            "99999999999999999999:a,", "18446744073709551615:a,1:b,", "1:ab1:b,"}) {
    EXPECT_THROW(decode_string_map(bytes), StorageError) << bytes;
  }
  EXPECT_THROW(decode_attributes("5:Color,6:String,"), StorageError);
}

}  // namespace
}  // namespace squire::storage
