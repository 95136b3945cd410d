#include "squire/provision/init_files.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "support/temporary_directory.hpp"

namespace squire::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class InitFilesTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& content = {}) {
    const auto path = directory.path() / name;
    std::ofstream(path) << content;
    return path;
  }

  static std::vector<std::filesystem::path> paths_of(const provision::InitFiles& files) {
    std::vector<std::filesystem::path> paths;
    for (const auto& script : files.scripts) paths.push_back(script.path);
    return paths;
  }

  TemporaryDirectory directory;
};

TEST_F(InitFilesTest, AreFoundByKindInTheOrderOfTheirNames) {
  const auto second = write("20.json"), first = write("10.json"), script = write("15.sh");
  const auto files = provision::find_init_files(directory.path());
  EXPECT_THAT(files.declarations, ElementsAre(first, second));
  EXPECT_THAT(paths_of(files), ElementsAre(script));
}

TEST_F(InitFilesTest, ScriptsOfOtherDirectoriesComeBehindWithTheDirectoriesInThem) {
  const TemporaryDirectory other, third;
  const auto own = write("50.sh");
  std::filesystem::create_directories(other.path() / "10" / "deep");
  const auto in = [&](const std::filesystem::path& name) {
    std::ofstream(other.path() / name) << "\n";
    return other.path() / name;
  };
  const auto below = in("10/a.sh"), deep = in("10/deep/a.sh"), first = in("30.sh");
  const auto last = third.path() / "a.py";
  std::ofstream(last) << "#!/bin/sh\n";
  in("data.json");
  in("README");
  in(".hidden.sh");
  const auto files = provision::find_init_files(
      directory.path(), {other.path(), third.path(), other.path() / "none"});
  EXPECT_THAT(paths_of(files), ElementsAre(own, first, below, deep, last));
  EXPECT_THAT(files.declarations, IsEmpty());
}

TEST_F(InitFilesTest, OthersAndHiddenOnesArePassedOver) {
  write("README.md");
  write(".json");
  write(".a.json");
  write("json");
  const auto files = provision::find_init_files(directory.path());
  EXPECT_THAT(files.declarations, IsEmpty());
  EXPECT_THAT(files.scripts, IsEmpty());
}

TEST_F(InitFilesTest, ADirectoryThatIsNotThereIsEmpty) {
  EXPECT_THAT(provision::find_init_files(directory.path() / "none").declarations, IsEmpty());
  EXPECT_THAT(provision::find_init_files("").declarations, IsEmpty());
}

}  // namespace
}  // namespace squire::test
