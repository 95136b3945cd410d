#include "squire/service/temporary_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "support/temporary_directory.hpp"

namespace squire::service {
namespace {

namespace fs = std::filesystem;

class TemporaryFilesTest : public testing::Test {
 protected:
  fs::path make(const std::string& name) const {
    std::ofstream(directory_.path() / name) << "x";
    return directory_.path() / name;
  }

  test::TemporaryDirectory directory_;
};

TEST_F(TemporaryFilesTest, AFileIsReadAsItWasWritten) {
  TemporaryFiles files(directory_.path());
  const auto file = files.make();
  file->write("hello ");
  file->write("world");
  file->close();
  EXPECT_EQ(file->size(), 11u);
  EXPECT_EQ(file->read(6), "hello ");
  EXPECT_EQ(file->read(100), "world");
  EXPECT_EQ(file->read(100), "");
  EXPECT_EQ(file->error(), "");
}

TEST_F(TemporaryFilesTest, AFileIsForItsUserAloneAndGoneWithItsObject) {
  TemporaryFiles files(directory_.path());
  auto file = files.make();
  file->write("x");
  const auto path = file->path();
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  std::ofstream(path.string() + "-wal") << "x";
  file.reset();
  EXPECT_TRUE(fs::is_empty(directory_.path()));
}

TEST_F(TemporaryFilesTest, NoTwoAreTheSame) {
  TemporaryFiles files(directory_.path());
  EXPECT_NE(files.make()->path(), files.make()->path());
}

TEST_F(TemporaryFilesTest, ThereAreNoMoreOfSomeThanShouldBe) {
  TemporaryFiles files(directory_.path());
  auto first = files.make_one_of(2);
  const auto second = files.make_one_of(2);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(files.make_one_of(2));
  EXPECT_TRUE(files.make()) << "of another kind";
  first.reset();
  EXPECT_TRUE(files.make_one_of(2));
}

TEST_F(TemporaryFilesTest, WhatACrashLeftInADataDirectoryGoesAndNothingElse) {
  const auto left = make("squire-temporary-1");
  const auto log = make("squire-temporary-1-wal");
  const auto kept = make("squire.db");
  const TemporaryFiles files(directory_.path());
  EXPECT_FALSE(fs::exists(left));
  EXPECT_FALSE(fs::exists(log));
  EXPECT_TRUE(fs::exists(kept));
}

TEST_F(TemporaryFilesTest, AFileThatIsThereIsNotTaken) {
  TemporaryFiles files(directory_.path());
  const auto file = files.make();
  std::ofstream(file->path()) << "somebody's";
  file->write("x");
  EXPECT_THAT(file->error(), testing::HasSubstr("cannot be opened"));
  file->write("y");
  EXPECT_EQ(file->size(), 10u);
}

TEST(TemporaryDirectoryTest, OfADaemonWithoutADataDirectoryIsItsOwnAndGoesWithIt) {
  fs::path directory;
  {
    TemporaryFiles files;
    const auto file = files.make();
    file->write("x");
    directory = file->path().parent_path();
    EXPECT_TRUE(fs::exists(file->path()));
    EXPECT_NE(directory, fs::temp_directory_path());
    EXPECT_EQ(files.make()->path().parent_path(), directory);
  }
  EXPECT_FALSE(fs::exists(directory));
}

}  // namespace
}  // namespace squire::service
