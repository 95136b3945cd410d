#include "app/localstack.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "support/temporary_directory.hpp"

namespace squire::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class InPlaceOfLocalStackTest : public testing::Test {
 protected:
  std::string unheeded(std::vector<const char*> environment) {
    environment.push_back(nullptr);
    return app::describe_unheeded(environment.data(), directory.path());
  }

  static std::string url_for(const std::string& host) {
    const auto variable = "LOCALSTACK_HOST=" + host;
    const char* const environment[] = {"PATH=/bin", variable.c_str(), nullptr};
    const auto found = app::find_localstack_host(environment);
    return found ? app::localstack_url(*found, 4566) : "none";
  }

  TemporaryDirectory directory;
};

TEST_F(InPlaceOfLocalStackTest, WeAreWhereItsDirectoriesAre) {
  EXPECT_FALSE(app::is_in_place_of_localstack(directory.path()));
  for (const char* place :
       {"etc/localstack", "var/lib/localstack", "docker-entrypoint-initaws.d"}) {
    const TemporaryDirectory root;
    std::filesystem::create_directories(root.path() / place);
    EXPECT_TRUE(app::is_in_place_of_localstack(root.path())) << place;
  }
}

TEST_F(InPlaceOfLocalStackTest, VariablesThatChangeNothingAreTold) {
  const auto text = unheeded({"PERSISTENCE=1", "LOCALSTACK_API_KEY=x", "DOCKER_HOST=unix:///x",
                              "PATH=/bin", "SQS_QUEUE_NAME=mine", "LOCALSTACK_HOST=aws"});
  EXPECT_EQ(text,
            "of LocalStack's variables these change nothing here: PERSISTENCE, LOCALSTACK_API_KEY, "
            "DOCKER_HOST");
}

TEST_F(InPlaceOfLocalStackTest, VariablesThatAskForNothingAreNot) {
  EXPECT_EQ(unheeded({"DEBUG=0", "PERSISTENCE=", "EAGER_SERVICE_LOADING=false", "A"}), "");
  EXPECT_EQ(unheeded({"SERVICES=sqs, sns:4575,sts", "PATH=/bin"}), "");
}

TEST_F(InPlaceOfLocalStackTest, ServicesThatAreNotSpokenAreTold) {
  EXPECT_EQ(unheeded({"SERVICES=sqs,s3, lambda:4574"}),
            "SERVICES names what is not spoken here: s3, lambda");
}

TEST_F(InPlaceOfLocalStackTest, ScriptsOfOtherStagesAreTold) {
  const auto boot = directory.path() / "etc/localstack/init/boot.d";
  std::filesystem::create_directories(boot);
  std::filesystem::create_directories(directory.path() / "etc/localstack/init/start.d");
  std::ofstream(boot / "a.sh") << "\n";
  EXPECT_THAT(unheeded({"DEBUG=1"}),
              AllOf(HasSubstr("DEBUG; scripts in " + boot.string()), Not(HasSubstr("start.d"))));
}

TEST_F(InPlaceOfLocalStackTest, ItsHostIsThatOfLinks) {
  const char* const nothing[] = {"LOCALSTACK_HOSTNAME=aws", nullptr};
  EXPECT_EQ(app::find_localstack_host(nothing), std::nullopt);
  EXPECT_EQ(url_for("aws"), "http://aws:4566");
  EXPECT_EQ(url_for("aws.test:4510"), "http://aws.test:4510");
  EXPECT_EQ(url_for(""), "none");
  EXPECT_EQ(url_for("a/b"), "none");
}

TEST_F(InPlaceOfLocalStackTest, AHostThatIsNoneIsTold) {
  EXPECT_EQ(unheeded({"LOCALSTACK_HOST=http://aws"}),
            "LOCALSTACK_HOST must be a host such as aws or aws:4566, not \"http://aws\"");
  EXPECT_EQ(unheeded({"LOCALSTACK_HOST="}), "");
}

}  // namespace
}  // namespace squire::test
