#include <gmock/gmock.h>

#include "squire/engine/outbox.hpp"
#include "squire/sns/errors.hpp"
#include "support/topic_fixture.hpp"

namespace squire::test {
namespace {

class SandboxTest : public TopicFixture {
 protected:
  static constexpr const char* kNumber = "+15551234567";

  void add_number() {
    auto context = call();
    ASSERT_TRUE(sns::CreateSMSSandboxPhoneNumber::run(context, {kNumber, {}}).has_value());
  }

  // The last word of the last SMS sent.
  std::string password() {
    const auto rows = broker.store<engine::Outbox>().list(0, 100);
    const auto& body = rows.at(rows.size() - 1).body;
    return body.substr(body.rfind(' ') + 1);
  }

  std::string status() {
    auto context = call();
    const auto listed = sns::ListSMSSandboxPhoneNumbers::run(context, {}).value();
    return listed.phone_numbers.at(0).status;
  }
};

TEST_F(SandboxTest, ANumberIsVerifiedByThePasswordSentToIt) {
  add_number();
  EXPECT_EQ(status(), "Pending");
  EXPECT_THAT(password(), testing::MatchesRegex("[0-9]{6}"));
  auto context = call();
  ASSERT_TRUE(sns::VerifySMSSandboxPhoneNumber::run(context, {kNumber, password()}).has_value());
  EXPECT_EQ(status(), "Verified");
}

TEST_F(SandboxTest, AskingAgainSendsAnotherPassword) {
  add_number();
  const auto first = password();
  add_number();
  EXPECT_NE(password(), first);
  auto context = call();
  EXPECT_EQ(sns::VerifySMSSandboxPhoneNumber::run(context, {kNumber, first}).error().code,
            sns::errors::kVerification);
}

}  // namespace
}  // namespace squire::test
