#include "app/settings.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "support/config_texts.hpp"

namespace squire::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(SettingsTest, EachIsReadIntoItsTypeOnce) {
  Config config;
  for (const auto& [key, value] : kOthers) app::read_json(config, in_json(key, value), "file");
  EXPECT_EQ(config.address, boost::asio::ip::address_v4::any());
  EXPECT_THAT(config.extra_ports, testing::ElementsAre(9325, 4100));
  EXPECT_EQ(config.admin_address->port(), 4567);
  EXPECT_EQ(config.base_url->parts.host, "sqs.example.com");
  EXPECT_TRUE(config.base_url->parts.is_tls);
  ASSERT_EQ(config.allowed_hosts.size(), 2u);
  EXPECT_TRUE(config.allowed_hosts[1].is_wild);
  EXPECT_EQ(config.allowed_origins.at(0).text, "https://app.example");
  EXPECT_EQ(config.auth, app::Auth::Sigv4);
  EXPECT_EQ(config.durability, app::Durability::Relaxed);
  EXPECT_EQ(config.log_level, app::LogLevel::Warn);
  EXPECT_EQ(config.access_log, app::AccessLog::Json);
  EXPECT_EQ(config.purge_interval_seconds, Seconds(61));
  EXPECT_EQ(config.delivery_allowed_networks.size(), 2u);
  EXPECT_GT(config.delivery_denied_networks.at(0).ranges.size(), 20u);
  EXPECT_EQ(config.smtp_starttls, outbound::StartTls::Always);
}

TEST(SettingsTest, AListMayHaveSpacesAndEndInAComma) {
  const auto ports = from_json(in_json("extra_ports", "9324, 4100,")).extra_ports;
  EXPECT_THAT(ports, testing::ElementsAre(9324, 4100));
  EXPECT_TRUE(from_json(in_json("extra_ports", "")).extra_ports.empty());
}

TEST(SettingsTest, AnAdminAddressMayBeOfVersionSix) {
  EXPECT_TRUE(from_json(in_json("admin_address", "[::1]:4567")).admin_address->address().is_v6());
  EXPECT_TRUE(from_json(in_json("admin_address", "::1:4567")).admin_address->address().is_v6());
}

struct Wrong {
  std::string key;
  std::string value;
  std::string said;  // behind the key
};

TEST(SettingsTest, AnErrorSaysWhatIsTakenAndWhatWasGiven) {
  const Wrong wrongs[] = {
      {"port", "65536", R"(must be a whole number, 0 to 65535, not "65536")"},
      {"connections_max", "0", R"(must be a whole number, 1 or more, not "0")"},
      {"header_bytes_max", "1", R"(must be a whole number of bytes, 1024 to 16777216, not "1")"},
      {"idle_timeout_seconds", "5s", R"(must be a whole number of seconds, 1 to 86400, not "5s")"},
      {"strict", "yes", R"(must be true or false, not "yes")"},
      {"auth", "iam", R"(must be one of none, sigv4, not "iam")"},
      {"access_log", "on", R"(must be one of off, text, json, not "on")"},
      {"smtp_starttls", "yes", R"(must be one of auto, always, never, not "yes")"},
      {"address", "localhost",
       R"(must be an IP address such as 127.0.0.1 or ::1, not "localhost")"},
      {"admin_address", "127.0.0.1",
       "must be an IP address and a port, 0 to 65535, such as 127.0.0.1:4567 or [::1]:4567, or "
       R"(empty, not "127.0.0.1")"},
      {"extra_ports", "9324,0",
       R"(must be ports, 1 to 65535, with commas between, such as 9324,4100, not "0")"},
      {"base_url", "broker", R"(must be a URL such as http://broker:4566, or empty, not "broker")"},
      {"account", "1", R"(must be an account id of 12 digits such as 123456789012, not "1")"},
      {"region", "US",
       R"(must be lower-case letters, digits and hyphens such as eu-west-1, not "US")"},
      {"allowed_hosts", "a.example, http://b.example",
       "must be names of hosts with commas between, such as broker.example, or *.example for all "
       R"(below, without scheme and port, not "http://b.example")"},
      {"allowed_origins", "https://app.example/path",
       "must be origins with commas between, each scheme, host and port of a page, such as "
       "https://app.example or http://localhost:3000, without a path, not "
       R"("https://app.example/path")"},
      {"delivery_denied_networks", "private,10.0.0.0/33",
       "must be networks with commas between, such as 10.0.0.0/8, 2001:db8::/32 or 192.0.2.7, or "
       R"(the word private, not "10.0.0.0/33")"}};
  for (const auto& [key, value, said] : wrongs) {
    const auto expected = ": \"" + key + "\" " + said;
    EXPECT_EQ(json_error(in_json(key, value)), "squire.json:1" + expected);
    const auto variable = "SQUIRE_" + upper(key);
    EXPECT_EQ(error_of([&, &value = value] { from_environment({variable + "=" + value}); }),
              "environment variable " + variable + expected);
    EXPECT_EQ(error_of([&, &key = key, &value = value] {
                from_command_line({flag(key), value});
              }),
              "flag " + flag(key) + expected);
  }
}

TEST(SettingsTest, WhatIsWrongInAListIsNamedUnlessItIsEmpty) {
  EXPECT_THAT(json_error(in_json("extra_ports", "1,,2")), HasSubstr("not \"1,,2\""));
}

TEST(SettingsTest, AnErrorIsOneLineWhateverWasGiven) {
  const auto error =
      error_of([] { from_environment({"SQUIRE_PORT=a\nb" + std::string(1000, 'x')}); });
  EXPECT_THAT(error, HasSubstr("a?bxxx"));
  EXPECT_THAT(error, Not(HasSubstr("\n")));
  EXPECT_LT(error.size(), 400u);
}

TEST(SettingsTest, AnErrorNamesTheLine) {
  const std::string text = R"(// A comment.
{
  "region": "eu-west-1", /* of
  two lines */ "strict":
    true,
  "keys": [
    {"access_key": "A", "secret": "s",
     "account": "1"}
  ],
  "functions": {
    "resize": "http://localhost:9000",
    "crop": "localhost"
  },
  "queues": [
    {"name": "a"},
    {"name": "b",
     "tags": {}, "colour": "red"}
  ],
  "topics": [{"name": "t", "subscriptions": [
    {"queue": "a"},
    {"attributes": {}}
  ]}],
  "port":
    "many", "prot": 1,
  "auth": []
})";
  EXPECT_EQ(json_error(text),
            R"(squire.json:8: "keys[0].account" is needed: an account id of 12 digits
squire.json:12: "functions.crop" must be a URL, such as http://localhost:9000
squire.json:17: "queues[1].colour" is not understood; a queue has name, attributes, tags, dead_letter_queue (a name) and max_receive_count (a number)
squire.json:21: "topics[0].subscriptions[1]" needs a queue, or a protocol and an endpoint
squire.json:23: "port" must be a whole number, 0 to 65535, not "many"
squire.json:24: "prot" is no setting; `squire --help` lists them all
squire.json:25: "auth" must be a single value: one of none, sigv4)");
}

TEST(SettingsTest, AKeyGivenTwiceIsThatOfTheLastLine) {
  EXPECT_THAT(json_error("{\"port\": 1,\n\"port\": -1}"), HasSubstr("squire.json:2: \"port\""));
  EXPECT_EQ(from_json("{\"port\": -1,\n\"port\": 1}").port, 1);
}

using SettingsFileTest = ConfigFileTest;

TEST_F(SettingsFileTest, EverythingThatIsWrongIsSaidAtOnce) {
  const auto path = write("{\n  \"port\": -1\n}");
  EXPECT_EQ(error_of([&] {
              from_command_line({"--config", path, "--auth", "x", "--strict", "y"},
                                {"SQUIRE_THREADS=z", "SQUIRE_TREADS=2"});
            }),
            path + R"(:2: "port" must be a whole number, 0 to 65535, not "-1"
environment variable SQUIRE_THREADS: "threads" must be a whole number, 0 to 1024, not "z"
environment variable SQUIRE_TREADS is no setting; `squire --help` lists them all
flag --auth: "auth" must be one of none, sigv4, not "x"
flag --strict: "strict" must be true or false, not "y")");
}

TEST_F(SettingsFileTest, AKeysFilesErrorsNameItsLines) {
  Config config;
  config.keys_file = write("[\n {\"access_key\": \"A\",\n \"secret\": \"\"}]");
  EXPECT_EQ(error_of([&] { all_keys(config); }),
            config.keys_file.string() + R"(:3: "keys[0].secret" is needed)");
  config.keys_file = "/nowhere/keys.json";
  EXPECT_EQ(error_of([&] { all_keys(config); }), "cannot read keys_file /nowhere/keys.json");
}

TEST(SettingsTest, SecretsAreShownToNobody) {
  const auto config =
      from_environment({"SQUIRE_ADMIN_TOKEN=hidden", "SQUIRE_SMTP_PASSWORD=hidden"});
  const auto json = to_json(config);
  EXPECT_EQ(json["admin_token"], "***");
  EXPECT_EQ(json["smtp_password"], "***");
  EXPECT_EQ(json["viewer_token"], "") << "there is none";
  EXPECT_THAT(json.dump(), Not(HasSubstr("hidden")));
  EXPECT_THAT(json_error(R"({"smtp_password": ["hidden"]})"), Not(HasSubstr("hidden")));
}

TEST(SettingsTest, WhatIsShownHasTheTypesOfTheFile) {
  auto config = from_json(R"({"functions": {"resize": "http://localhost:9000"}})");
  const auto json = to_json(config);
  EXPECT_EQ(json["address"], "127.0.0.1");
  EXPECT_EQ(json["port"], 4566);
  EXPECT_EQ(json["extra_ports"], "");
  EXPECT_EQ(json["admin_address"], "");
  EXPECT_EQ(json["base_url"], "");
  EXPECT_EQ(json["auth"], "none");
  EXPECT_EQ(json["strict"], false);
  EXPECT_EQ(json["idle_timeout_seconds"], 300);
  EXPECT_EQ(json["delivery_denied_networks"], "");
  EXPECT_EQ(json["functions"]["resize"], "http://localhost:9000");
  EXPECT_EQ(json.size(), app::settings().size() + 1);
}

TEST(SettingsTest, HelpNamesTheChoices) {
  for (const auto& setting : app::settings()) {
    if (!setting.takes.starts_with("one of ")) continue;
    std::istringstream names(setting.takes.substr(7));
    for (std::string name; std::getline(names >> std::ws, name, ',');) {
      EXPECT_THAT(std::string(setting.help), HasSubstr(name)) << setting.key;
    }
  }
}

}  // namespace
}  // namespace squire::test
