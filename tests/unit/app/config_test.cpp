#include "squire/app/config.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>

#include "support/temporary_directory.hpp"

namespace squire::test {
namespace {

using app::Config;
using app::ConfigError;
using testing::AllOf;
using testing::HasSubstr;
using Words = std::vector<std::string>;

// Every setting as text, by key: what the tests below compare.
using Settings = std::map<std::string, std::string>;

Settings settings_of(const Config& config) {
  const auto text = [](auto value) { return std::to_string(value); };
  return {{"address", config.address},
          {"port", text(config.port)},
          {"extra_ports", config.extra_ports},
          {"admin_address", config.admin_address},
          {"tls_certificate", config.tls_certificate},
          {"tls_key", config.tls_key},
          {"tls_self_signed", config.tls_self_signed ? "true" : "false"},
          {"tls_port", text(config.tls_port)},
          {"base_url", config.base_url},
          {"allowed_hosts", config.allowed_hosts},
          {"allowed_origins", config.allowed_origins},
          {"account", config.account},
          {"region", config.region},
          {"auth", config.auth},
          {"keys_file", config.keys_file},
          {"admin_token", config.admin_token},
          {"viewer_token", config.viewer_token},
          {"metrics_token", config.metrics_token},
          {"data_dir", config.data_dir.string()},
          {"durability", config.durability},
          {"disk_reserve_bytes", text(config.disk_reserve_bytes)},
          {"secure_delete", config.secure_delete ? "true" : "false"},
          {"init_dir", config.init_dir.string()},
          {"log_level", config.log_level},
          {"strict", config.strict ? "true" : "false"},
          {"purge_interval_seconds", text(config.purge_interval_seconds)},
          {"recreate_delay_seconds", text(config.recreate_delay_seconds)},
          {"threads", text(config.threads)},
          {"connections_max", text(config.connections_max)},
          {"header_bytes_max", text(config.header_bytes_max)},
          {"body_bytes_max", text(config.body_bytes_max)},
          {"in_flight_bytes_max", text(config.in_flight_bytes_max)},
          {"import_bytes_max", text(config.import_bytes_max)},
          {"exports_max", text(config.exports_max)},
          {"request_timeout_seconds", text(config.request_timeout_seconds)},
          {"idle_timeout_seconds", text(config.idle_timeout_seconds)},
          {"in_flight_max", text(config.in_flight_max)},
          {"journal_backlog_max", text(config.journal_backlog_max)},
          {"pending_deliveries_max", text(config.pending_deliveries_max)},
          {"outbox_max", text(config.outbox_max)},
          {"outbox_bytes_max", text(config.outbox_bytes_max)},
          {"filter_policies_max", text(config.filter_policies_max)},
          {"history_bytes_max", text(config.history_bytes_max)},
          {"access_log", config.access_log},
          {"testing", config.testing ? "true" : "false"},
          {"delivery_connections_per_host_max", text(config.delivery_connections_per_host_max)},
          {"delivery_verify_tls", config.delivery_verify_tls ? "true" : "false"},
          {"delivery_ca_file", config.delivery_ca_file},
          {"delivery_allowed_networks", config.delivery_allowed_networks},
          {"delivery_denied_networks", config.delivery_denied_networks},
          {"smtp_host", config.smtp_host},
          {"smtp_port", text(config.smtp_port)},
          {"smtp_from", config.smtp_from},
          {"smtp_starttls", config.smtp_starttls},
          {"smtp_user", config.smtp_user},
          {"smtp_password", config.smtp_password}};
}

// A value for each that is not its default.
const Settings kOthers = {{"address", "0.0.0.0"},
                          {"port", "9324"},
                          {"extra_ports", "9325,4100"},
                          {"admin_address", "127.0.0.1:4567"},
                          {"tls_certificate", "chain.pem"},
                          {"tls_key", "key.pem"},
                          {"tls_self_signed", "true"},
                          {"tls_port", "4443"},
                          {"base_url", "https://sqs.example.com"},
                          {"allowed_hosts", "squire.shop,*.example.com"},
                          {"allowed_origins", "https://app.example"},
                          {"account", "123456789012"},
                          {"region", "eu-west-1"},
                          {"auth", "sigv4"},
                          {"keys_file", "keys.json"},
                          {"admin_token", "a token"},
                          {"viewer_token", "another token"},
                          {"metrics_token", "a third token"},
                          {"data_dir", "/srv/squire"},
                          {"durability", "relaxed"},
                          {"disk_reserve_bytes", "1048576"},
                          {"secure_delete", "true"},
                          {"init_dir", "/etc/other"},
                          {"log_level", "warn"},
                          {"strict", "true"},
                          {"purge_interval_seconds", "61"},
                          {"recreate_delay_seconds", "62"},
                          {"threads", "3"},
                          {"connections_max", "100"},
                          {"header_bytes_max", "4096"},
                          {"body_bytes_max", "2097152"},
                          {"in_flight_bytes_max", "33554432"},
                          {"import_bytes_max", "4194304"},
                          {"exports_max", "2"},
                          {"request_timeout_seconds", "5"},
                          {"idle_timeout_seconds", "6"},
                          {"in_flight_max", "7"},
                          {"journal_backlog_max", "8000"},
                          {"pending_deliveries_max", "9"},
                          {"outbox_max", "10"},
                          {"outbox_bytes_max", "2097152"},
                          {"filter_policies_max", "200"},
                          {"history_bytes_max", "1000000"},
                          {"access_log", "json"},
                          {"testing", "true"},
                          {"delivery_connections_per_host_max", "11"},
                          {"delivery_verify_tls", "false"},
                          {"delivery_ca_file", "/etc/squire/roots.pem"},
                          {"delivery_allowed_networks", "10.1.0.0/16"},
                          {"delivery_denied_networks", "private"},
                          {"smtp_host", "mail.example.com"},
                          {"smtp_port", "587"},
                          {"smtp_from", "shop@example.com"},
                          {"smtp_starttls", "always"},
                          {"smtp_user", "shop"},
                          {"smtp_password", "secret"}};

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(c));
  return text;
}

std::string flag(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return "--" + key;
}

std::string in_json(const std::string& key, const std::string& value) {
  return "{\"" + key + "\": \"" + value + "\"}";
}

Config from_json(const std::string& text) {
  Config config;
  app::read_json(config, text, "squire.json");
  return config;
}

Config from_environment(const Words& entries) {
  std::vector<const char*> environment;
  for (const auto& entry : entries) environment.push_back(entry.c_str());
  environment.push_back(nullptr);
  Config config;
  app::read_environment(config, environment.data());
  return config;
}

std::optional<Config> from_command_line(const Words& arguments, const Words& entries = {}) {
  std::vector<const char*> argv = {"squire"};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  std::vector<const char*> environment;
  for (const auto& entry : entries) environment.push_back(entry.c_str());
  environment.push_back(nullptr);
  return app::read_command_line(static_cast<int>(argv.size()), argv.data(), environment.data());
}

// What a ConfigError says, or "no error".
template <typename F>
std::string error_of(F&& f) {
  try {
    f();
    return "no error";
  } catch (const ConfigError& error) {
    return error.what();
  }
}
std::string json_error(const std::string& text) {
  return error_of([&] { from_json(text); });
}

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

class ConfigFileTest : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    const auto path = directory.path() / "squire.json";
    std::ofstream(path) << text;
    return path.string();
  }
  TemporaryDirectory directory;
};

TEST_F(ConfigFileTest, FlagsWinOverTheEnvironmentWhichWinsOverTheFile) {
  const auto file = write(R"({"port": 1, "region": "file-1", "account": "111111111111"})");
  const auto config = from_command_line({"--config", file, "--port", "3"},
                                        {"SQUIRE_PORT=2", "SQUIRE_REGION=environment-1"})
                          .value();
  EXPECT_EQ(config.port, 3);
  EXPECT_EQ(config.region, "environment-1");
  EXPECT_EQ(config.account, "111111111111");
  EXPECT_EQ(config.durability, "full");
}

TEST_F(ConfigFileTest, AnEmptyFlagIsGivenAllTheSame) {
  const auto config = from_command_line({"--base-url", ""}, {"SQUIRE_BASE_URL=http://x"}).value();
  EXPECT_EQ(config.base_url, "");
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
              HasSubstr("environment: \"SQUIRE_PROT\" is no setting"));
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
    EXPECT_EQ(from_json(in_json("log_level", word)).log_level, word);
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
  EXPECT_EQ(from_json(in_json("base_url", "http://b:1//")).base_url, "http://b:1");
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
  EXPECT_EQ(from_json(R"({"base_url": "http://x"})").base_url, "http://x");
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

TEST(ConfigTest, AnErrorNamesTheLine) {
  EXPECT_THAT(json_error("{\n\"region\": \"eu-west-1\", /* of\ntwo lines */\n\"port\":\n-1}"),
              HasSubstr("squire.json:4: \"port\" must be"));
  EXPECT_THAT(json_error("{\"queues\": [\n{\"name\": \"a\"},\n{\"name\": \"b\",\n\"colour\": 1}]}"),
              HasSubstr("squire.json:4: \"queues[1].colour\""));
  EXPECT_THAT(json_error("{\"queues\": [\n{\"name\": \"a\"},\n{\n\"tags\": {}}]}"),
              HasSubstr("squire.json:3: \"queues[1]\" has no name"));
  EXPECT_THAT(json_error("{\"keys\": [\n{\"access_key\": \"A\",\n\"secret\": \"\"}]}"),
              HasSubstr("squire.json:3: \"keys[0].secret\""));
}

TEST(ConfigTest, AKeyGivenTwiceIsThatOfTheLastLine) {
  EXPECT_THAT(json_error("{\"port\": 1,\n\"port\": -1}"), HasSubstr("squire.json:2: \"port\""));
  EXPECT_EQ(from_json("{\"port\": -1,\n\"port\": 1}").port, 1);
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
  config.auth = "none";
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
  EXPECT_EQ(flags, known);
}

}  // namespace
}  // namespace squire::test
