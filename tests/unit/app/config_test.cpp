#include "squire/app/config.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>

#include "support/config_texts.hpp"

namespace squire::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// ---- each setting, each way

TEST(ConfigTest, EachSettingCanStandInTheFile) {
  for (const auto& [key, value] : kOthers) {
    auto expected = settings_of({});
    expected[key] = value;
    EXPECT_EQ(settings_of(from_json(in_json(key, value))), expected) << key;
  }
}

TEST(ConfigTest, EachSettingCanStandInTheEnvironment) {
  for (const auto& [key, value] : kOthers) {
    auto expected = settings_of({});
    expected[key] = value;
    EXPECT_EQ(settings_of(from_environment({"SQUIRE_" + upper(key) + "=" + value})), expected)
        << key;
  }
}

TEST(ConfigTest, EachSettingIsAFlag) {
  for (const auto& [key, value] : kOthers) {
    auto expected = settings_of({});
    expected[key] = value;
    EXPECT_EQ(settings_of(from_command_line({flag(key), value}).value()), expected) << key;
    EXPECT_EQ(settings_of(from_command_line({flag(key) + "=" + value}).value()), expected) << key;
  }
}

TEST(ConfigTest, NothingGivenIsTheDefault) {
  EXPECT_EQ(settings_of(from_command_line({}).value()), settings_of({}));
  EXPECT_EQ(settings_of(from_json("{}")), settings_of({}));
  EXPECT_EQ(settings_of(from_environment({})), settings_of({}));
}

// ---- precedence

TEST_F(ConfigFileTest, FlagsWinOverTheEnvironmentWhichWinsOverTheFile) {
  const auto file = write(R"({"port": 1, "region": "file-1", "account": "111111111111"})");
  const auto config = from_command_line({"--config", file, "--port", "3"},
                                        {"SQUIRE_PORT=2", "SQUIRE_REGION=environment-1"})
                          .value();
  EXPECT_EQ(config.port, 3);
  EXPECT_EQ(config.region, "environment-1");
  EXPECT_EQ(config.account, "111111111111");
  EXPECT_EQ(config.durability, app::Durability::Full);
}

TEST_F(ConfigFileTest, AnEmptyFlagIsGivenAllTheSame) {
  const auto config = from_command_line({"--base-url", ""}, {"SQUIRE_BASE_URL=http://x"}).value();
  EXPECT_FALSE(config.base_url);
}

TEST_F(ConfigFileTest, AMissingFileIsAnError) {
  const auto path = (directory.path() / "absent.json").string();
  EXPECT_THAT(error_of([&] {
                from_command_line({"--config", path});
              }),
              AllOf(HasSubstr("cannot read"), HasSubstr(path)));
}

TEST_F(ConfigFileTest, ErrorsInTheFileNameIt) {
  const auto path = write(R"({"prot": 1})");
  EXPECT_THAT(error_of([&] {
                from_command_line({"--config", path});
              }),
              AllOf(HasSubstr(path), HasSubstr("\"prot\"")));
}

TEST(ConfigTest, HelpAndVersionArePrintedAndNothingIsRead) {
  for (const char* word : {"--help", "-h", "--version"}) {
    testing::internal::CaptureStdout();
    const auto config = from_command_line({word});
    const auto printed = testing::internal::GetCapturedStdout();
    EXPECT_FALSE(config.has_value()) << word;
    EXPECT_FALSE(printed.empty()) << word;
  }
}

TEST(ConfigTest, HelpListsEverySettingWithItsDefault) {
  testing::internal::CaptureStdout();
  from_command_line({"--help"});
  const auto help = testing::internal::GetCapturedStdout();
  for (const auto& [key, value] : settings_of({})) {
    EXPECT_THAT(help, HasSubstr(flag(key) + " "));
    EXPECT_THAT(help, HasSubstr("[" + value + "]")) << key;
  }
}

// ---- what is refused

TEST(ConfigTest, UnknownKeysAreRefusedWhereverTheyStand) {
  EXPECT_THAT(json_error(R"({"prot": 1})"), HasSubstr("squire.json:1: \"prot\" is no setting"));
  EXPECT_THAT(json_error(R"({"Port": 1})"), HasSubstr("\"Port\" is no setting"));
  EXPECT_THAT(error_of([] { from_environment({"SQUIRE_PROT=1"}); }),
              HasSubstr("environment variable SQUIRE_PROT is no setting"));
  EXPECT_THAT(error_of([] {
                from_command_line({"--prot", "1"});
              }),
              AllOf(HasSubstr("command line"), HasSubstr("--prot")));
  EXPECT_THAT(error_of([] { from_command_line({"stray"}); }), HasSubstr("command line"));
  EXPECT_THAT(error_of([] { from_command_line({"--port"}); }), HasSubstr("command line"));
}

TEST(ConfigTest, OtherVariablesOfTheEnvironmentAreNoneOfOurs) {
  EXPECT_EQ(settings_of(from_environment(
                {"PATH=/bin", "SQUIRE=1", "MY_SQUIRE_PORT=1", "squire_port=1", "SQUIRE_CONFIG=x"})),
            settings_of({}));
}

struct Range {
  std::string key;
  std::int64_t min;
  std::int64_t max;
};

TEST(ConfigTest, NumbersHaveTheirRanges) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const Range ranges[] = {{"port", 0, 65'535},
                          {"purge_interval_seconds", 0, 3600},
                          {"recreate_delay_seconds", 0, 3600},
                          {"threads", 0, 1024},
                          {"connections_max", 1, kMax},
                          {"header_bytes_max", 1024, 16'777'216},
                          {"body_bytes_max", 1024, 1'073'741'824},
                          {"import_bytes_max", 1024, kMax},
                          {"request_timeout_seconds", 1, 3600},
                          {"idle_timeout_seconds", 1, 86'400},
                          {"in_flight_max", 1, kMax},
                          {"journal_backlog_max", 1000, kMax}};
  for (const auto& [key, min, max] : ranges) {
    for (const std::int64_t good : {min, max}) {
      const auto text = std::to_string(good);
      EXPECT_EQ(settings_of(from_json(in_json(key, text))).at(key), text) << key;
    }
    EXPECT_THAT(json_error(in_json(key, std::to_string(min - 1))), HasSubstr(key));
    if (max < kMax) {
      EXPECT_THAT(json_error(in_json(key, std::to_string(max + 1))), HasSubstr(key));
    }
    for (const char* bad : {"", "x", "1.5", "1e3", " 5000", "5000s", "99999999999999999999"}) {
      EXPECT_THAT(json_error(in_json(key, bad)),
                  AllOf(HasSubstr(key), HasSubstr("must be a whole number")))
          << bad;
    }
  }
}

TEST(ConfigTest, WordsMustBeOneOfTheirChoices) {
  EXPECT_THAT(json_error(in_json("durability", "Full")),
              HasSubstr("must be one of full, relaxed, memory, not \"Full\""));
  EXPECT_THAT(json_error(in_json("log_level", "loud")),
              HasSubstr("must be one of trace, debug, info, warn, error, off"));
  EXPECT_THAT(json_error(in_json("strict", "yes")), HasSubstr("must be true or false"));
  for (const char* word : {"trace", "debug", "info", "warn", "error", "off"}) {
    EXPECT_EQ(settings_of(from_json(in_json("log_level", word))).at("log_level"), word);
  }
}

TEST(ConfigTest, AnAccountIsTwelveDigits) {
  for (const char* text : {"", "1", "12345678901x", "1234567890123"}) {
    EXPECT_THAT(json_error(in_json("account", text)), HasSubstr("12 digits")) << text;
  }
}

TEST(ConfigTest, ARegionIsWhatArnsCanHold) {
  for (const char* text : {"", "US-EAST-1", "us_east_1", "a:b", "a/b", "a b"}) {
    EXPECT_THAT(json_error(in_json("region", text)), HasSubstr("\"region\" must be")) << text;
  }
  EXPECT_EQ(from_json(in_json("region", "us-gov-west-1")).region, "us-gov-west-1");
}

TEST(ConfigTest, SlashesBehindABaseUrlAreDropped) {
  EXPECT_EQ(from_json(in_json("base_url", "http://b:1//")).base_url->text, "http://b:1");
  const auto config = from_json(R"({"functions": {"resize": "http://runtime:9000/"}})");
  EXPECT_EQ(config.functions.at("resize").text, "http://runtime:9000");
}

TEST(ConfigTest, PathsThatAreNotUtf8AreTakenAndShownAsFarAsTheyCanBe) {
  Config config;
  config.data_dir = "/srv/caf\xe9";
  EXPECT_EQ(nlohmann::json::parse(app::to_json_text(config))["data_dir"], "/srv/caf\xef\xbf\xbd");
}

TEST(ConfigTest, ABaseUrlIsAUrl) {
  for (const char* text : {"broker:4566", "broker", "ftp://broker", "http://broker:99999",
                           "http://broker:0", "http://"}) {
    EXPECT_THAT(json_error(in_json("base_url", text)), HasSubstr("\"base_url\" must be a URL"))
        << text;
  }
}

TEST(ConfigTest, AFunctionIsAtAUrl) {
  for (const char* text : {"localhost:9000", "http://localhost:99999", "https", "http://"}) {
    EXPECT_THAT(json_error(R"({"functions": {"resize": ")" + std::string(text) + "\"}}"),
                HasSubstr("\"functions.resize\" must be a URL"))
        << text;
  }
}

TEST(ConfigTest, WhatKubernetesSaysOfAServiceNamedSquireIsNoSetting) {
  EXPECT_EQ(settings_of(from_environment(
                {"SQUIRE_SERVICE_HOST=10.0.0.1", "SQUIRE_SERVICE_PORT=4566",
                 "SQUIRE_PORT=tcp://10.0.0.1:4566", "SQUIRE_PORT_4566_TCP=tcp://10.0.0.1:4566",
                 "SQUIRE_PORT_4566_TCP_ADDR=10.0.0.1"})),
            settings_of({}));
}

// ---- the file's format

TEST(ConfigTest, ValuesInTheFileMayHaveTheirOwnTypes) {
  const auto config = from_json(R"({"port": 9324, "strict": true, "account": 123456789012})");
  EXPECT_EQ(config.port, 9324);
  EXPECT_TRUE(config.strict);
  EXPECT_EQ(config.account, "123456789012");
}

TEST(ConfigTest, CommentsAreSkipped) {
  const auto config = from_json("// first\n{ // second\n /* third */ \"port\": 1 // last\n}\n");
  EXPECT_EQ(config.port, 1);
  EXPECT_EQ(from_json(R"({"base_url": "http://x"})").base_url->text, "http://x");
}

TEST(ConfigTest, WhatIsNoSettingsFileIsRefused) {
  for (const char* text : {"", "{", "{\"port\": 1,}", "port = 1", "{\"port\": 01}"}) {
    EXPECT_THAT(json_error(text), HasSubstr("squire.json:1: not valid JSON: syntax error")) << text;
  }
  EXPECT_THAT(json_error("{\n// \n\"port\": 1,\n\"region\" 2}"),
              HasSubstr("squire.json:4: not valid JSON"));
  EXPECT_THAT(json_error("{\"port\": \"1\n\"}"), HasSubstr("squire.json:1: not valid JSON"));
  for (const char* text : {"[]", "1", "null", "\"port\""}) {
    EXPECT_THAT(json_error(text), HasSubstr("must be a JSON object")) << text;
  }
  for (const char* text : {R"({"port": null})", R"({"port": [1]})", R"({"port": {}})"}) {
    EXPECT_THAT(json_error(text), HasSubstr("\"port\" must be a single value")) << text;
  }
}

// ---- the file in the repository

std::string repository_file() {
  std::ifstream file(SQUIRE_SOURCE_DIR "/config/squire.json");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ConfigTest, TheFileInTheRepositorySaysTheDefaults) {
  const auto config = from_json(repository_file());
  EXPECT_EQ(settings_of(config), settings_of({}));
  EXPECT_TRUE(config.queues.empty());
  EXPECT_TRUE(config.topics.empty());
  EXPECT_TRUE(config.functions.empty());
}

TEST(ConfigTest, TheFileInTheRepositoryHasEverySettingWithAComment) {
  std::istringstream lines(repository_file());
  std::map<std::string, std::string> before;  // the line above each key
  std::string last;
  for (std::string line; std::getline(lines, line); last = line) {
    const auto begin = line.find_first_not_of(' ');
    if (begin != std::string::npos && line[begin] == '"') {
      before[line.substr(begin + 1, line.find('"', begin + 1) - begin - 1)] = last;
    }
  }
  for (const auto& [key, value] : settings_of({})) {
    ASSERT_TRUE(before.contains(key)) << key;
    EXPECT_THAT(before.at(key), testing::StartsWith("  // ")) << key;
  }
  EXPECT_EQ(before.size(), settings_of({}).size() + 4)
      << "besides functions, keys, queues and topics";
}

TEST_F(ConfigFileTest, KeysStandInTheSettingsAndInAFileOfTheirOwn) {
  auto config = from_json(
      R"({"auth": "sigv4", "keys": [{"access_key": "A", "secret": "s", "account": "111122223333"}]})");
  EXPECT_EQ(all_keys(config).at(0).principal.arn, "arn:aws:iam::111122223333:root");
  config.keys_file = write(
      R"([{"access_key": "B", "secret": "s", "account": "111122223333", "user": "bob",
           "session_token": "t", "expires": "2027-01-01T00:00:00Z",
           "policy": {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}}])");
  const auto keys = all_keys(config);
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[1].principal.arn, "arn:aws:iam::111122223333:user/bob");
  EXPECT_EQ(keys[1].session_token, "t");
  EXPECT_TRUE(keys[1].expires_at.has_value());
  EXPECT_NE(keys[1].policy, nullptr);
  config.keys.clear();
  config.keys_file.clear();
  EXPECT_THROW(all_keys(config), ConfigError) << "there is none";
  config.auth = app::Auth::None;
  EXPECT_TRUE(all_keys(config).empty());
}

TEST(ConfigTest, TheTestsKnowEverySetting) {
  testing::internal::CaptureStdout();
  from_command_line({"--help"});
  std::istringstream help(testing::internal::GetCapturedStdout());
  std::set<std::string> flags;
  for (std::string line; std::getline(help, line);) {
    const auto begin = line.find("--");
    if (begin == std::string::npos || line.find_first_not_of(" -h,") < begin) continue;
    flags.insert(line.substr(begin, line.find_first_of(" ,", begin) - begin));
  }
  for (const char* other :
       {"--help", "--version", "--config", "--healthcheck", "--salvage", "--compact"})
    flags.erase(other);
  std::set<std::string> known;
  for (const auto& [key, value] : kOthers) known.insert(flag(key));
  for (const auto& flag : flags) {
    EXPECT_TRUE(known.contains(flag)) << flag << " has no value in tests/support/config_texts.hpp";
  }
  for (const auto& flag : known) EXPECT_TRUE(flags.contains(flag)) << flag << " is no setting";
}

}  // namespace
}  // namespace squire::test
