#include "app/declared_files.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "support/broker_fixture.hpp"
#include "support/temporary_directory.hpp"

namespace squire::test {
namespace {

using app::Config;
using app::ConfigError;
using testing::AllOf;
using testing::HasSubstr;

class DeclaredFilesTest : public BrokerFixture {
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

  TemporaryDirectory directory;
};

TEST_F(DeclaredFilesTest, EachIsDeclaredWithoutWhatTheOthersAndTheSettingsDeclare) {
  Config config;
  config.queues.push_back({"of the settings", {}, {}, {}, 0});
  app::declare_init_files(broker, config,
                          {write("a.json", R"({"queues": [{"name": "a"}]})"),
                           write("b.json", R"({"queues": [{"name": "b"}]})")});
  EXPECT_TRUE(broker.find_queue(name("a")));
  EXPECT_TRUE(broker.find_queue(name("b")));
}

TEST_F(DeclaredFilesTest, ErrorsNameTheFileAndTheKey) {
  EXPECT_THAT(error_of(R"({"region": "eu-west-1"})"),
              AllOf(HasSubstr("init.json"), HasSubstr("\"region\""), HasSubstr("queues")));
  EXPECT_THAT(error_of("{\"queues\": [\n{\"name\": \"q\",\n\"colour\": \"red\"}]}"),
              AllOf(HasSubstr("init.json:3: "), HasSubstr("queues[0].colour")));
  EXPECT_THAT(error_of(R"({"queues": [{"name": "no name!"}]})"),
              AllOf(HasSubstr("init.json"), HasSubstr("no name!")));
  EXPECT_THAT(error_of("["), HasSubstr("init.json"));
}

}  // namespace
}  // namespace squire::test
