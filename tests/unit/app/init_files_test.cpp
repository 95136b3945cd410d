#include "app/init_files.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "app/own_address.hpp"
#include "support/broker_fixture.hpp"
#include "support/temporary_directory.hpp"

namespace squire::test {
namespace {

using app::Config;
using app::ConfigError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class InitFilesTest : public BrokerFixture {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& content = {}) {
    const auto path = directory.path() / name;
    std::ofstream(path) << content;
    return path;
  }

  std::string error_of(const std::string& content) {
    try {
      app::declare_init_files(broker, Config(), {write("init.json", content)});
      return "no error";
    } catch (const ConfigError& error) {
      return error.what();
    }
  }

  static std::vector<std::filesystem::path> paths_of(const app::InitFiles& files) {
    std::vector<std::filesystem::path> paths;
    for (const auto& script : files.scripts) paths.push_back(script.path);
    return paths;
  }

  TemporaryDirectory directory;
};

TEST_F(InitFilesTest, AreFoundByKindInTheOrderOfTheirNames) {
  const auto second = write("20.json"), first = write("10.json"), script = write("15.sh");
  const auto files = app::find_init_files(directory.path());
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
  const auto files =
      app::find_init_files(directory.path(), {other.path(), third.path(), other.path() / "none"});
  EXPECT_THAT(paths_of(files), ElementsAre(own, first, below, deep, last));
  EXPECT_THAT(files.declarations, IsEmpty());
}

TEST_F(InitFilesTest, OthersAndHiddenOnesArePassedOver) {
  write("README.md");
  write(".json");
  write(".a.json");
  write("json");
  const auto files = app::find_init_files(directory.path());
  EXPECT_THAT(files.declarations, IsEmpty());
  EXPECT_THAT(files.scripts, IsEmpty());
}

TEST_F(InitFilesTest, ADirectoryThatIsNotThereIsEmpty) {
  EXPECT_THAT(app::find_init_files(directory.path() / "none").declarations, IsEmpty());
  EXPECT_THAT(app::find_init_files("").declarations, IsEmpty());
}

TEST_F(InitFilesTest, EachIsDeclaredWithoutWhatTheOthersAndTheSettingsDeclare) {
  Config config;
  config.queues.push_back({"of the settings", {}, {}, {}, 0});
  app::declare_init_files(broker, config,
                          {write("a.json", R"({"queues": [{"name": "a"}]})"),
                           write("b.json", R"({"queues": [{"name": "b"}]})")});
  EXPECT_TRUE(broker.find_queue(name("a")));
  EXPECT_TRUE(broker.find_queue(name("b")));
}

TEST_F(InitFilesTest, ErrorsNameTheFileAndTheKey) {
  EXPECT_THAT(error_of(R"({"region": "eu-west-1"})"),
              AllOf(HasSubstr("init.json"), HasSubstr("\"region\""), HasSubstr("queues")));
  EXPECT_THAT(error_of("{\"queues\": [\n{\"name\": \"q\",\n\"colour\": \"red\"}]}"),
              AllOf(HasSubstr("init.json:3: "), HasSubstr("queues[0].colour")));
  EXPECT_THAT(error_of(R"({"queues": [{"name": "no name!"}]})"),
              AllOf(HasSubstr("init.json"), HasSubstr("no name!")));
  EXPECT_THAT(error_of("["), HasSubstr("init.json"));
}

std::string url_of(const std::string& address) {
  Config config;
  config.address = boost::asio::ip::make_address(address);
  return app::to_url(app::own_endpoint(config));
}

TEST(OwnAddressTest, IsLoopbackWhereTheBrokerListensOnAll) {
  EXPECT_EQ(url_of("0.0.0.0"), "http://127.0.0.1:4566");
  EXPECT_EQ(url_of("::"), "http://[::1]:4566");
  EXPECT_EQ(url_of("10.1.2.3"), "http://10.1.2.3:4566");
}

}  // namespace
}  // namespace squire::test
