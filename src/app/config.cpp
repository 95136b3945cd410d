#include "squire/app/config.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>
#include <limits>
#include <sstream>
#include <variant>

#include "app/json_file.hpp"
#include "squire/core/arn.hpp"
#include "squire/core/text.hpp"

namespace squire::app {
namespace {

using Member = std::variant<std::string Config::*, std::filesystem::path Config::*,
                            std::uint16_t Config::*, std::int64_t Config::*, bool Config::*>;

// One setting: its key in the file, SQUIRE_KEY in the environment, --key as a flag.
struct Setting {
  std::string_view key;
  Member member;
  std::string_view help;
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::vector<std::string_view> choices = {};
  bool is_secret = false;
};

const std::vector<Setting>& settings() {
  static const std::vector<Setting> kSettings = {
      {"address", &Config::address, "IP address to listen on; 0.0.0.0 for all"},
      {"port", &Config::port, "port to listen on; 0 for any free one", 0, 65'535},
      {"base_url", &Config::base_url,
       "what queue URLs begin with, e.g. http://broker:4566; empty: the Host the client used"},
      {"account", &Config::account, "account of requests whose access key is no account id"},
      {"region", &Config::region, "region of requests that are not signed for one"},
      {"data_dir", &Config::data_dir, "directory of the durable storage; made if missing"},
      {"durability",
       &Config::durability,
       "full: answer after the commit; relaxed: at most 100 ms before it; memory: keep nothing",
       0,
       0,
       {"full", "relaxed", "memory"}},
      {"init_dir", &Config::init_dir,
       "directory of *.json and *.sh files that are applied at every start; need not exist"},
      {"log_level",
       &Config::log_level,
       "how much to log",
       0,
       0,
       {"trace", "debug", "info", "warn", "error", "off"}},
      {"strict", &Config::strict,
       "wait as AWS does: 60 s between purges, and before a deleted "
       "queue's name can be used again"},
      {"testing", &Config::testing,
       "serve /_squire/clock, which moves the time, and /_squire/wait"},
      {"purge_interval_seconds", &Config::purge_interval_seconds,
       "time between two purges of a queue; AWS: 60", 0, 3600},
      {"recreate_delay_seconds", &Config::recreate_delay_seconds,
       "time from deleting a queue to creating it again; AWS: 60", 0, 3600},
      {"threads", &Config::threads, "threads that serve requests; 0: one per core", 0, 1024},
      {"connections_max", &Config::connections_max, "open connections; more get 503", 1},
      {"header_bytes_max", &Config::header_bytes_max, "size of a request's headers; more get 413",
       1024, 16'777'216},
      {"body_bytes_max", &Config::body_bytes_max,
       "size of a request's body; more get 413. A message of 1 MiB may take three times that, "
       "escaped",
       1024, 1'073'741'824},
      {"request_timeout_seconds", &Config::request_timeout_seconds,
       "time a client may take to send a request, and to take its reply", 1, 3600},
      {"idle_timeout_seconds", &Config::idle_timeout_seconds,
       "time a connection may be open between requests", 1, 86'400},
      {"in_flight_max", &Config::in_flight_max, "messages of a queue in flight; AWS: 120000", 1},
      {"journal_backlog_max", &Config::journal_backlog_max,
       "changes waiting for the disk; above, requests get 503", 1000},
      {"pending_deliveries_max", &Config::pending_deliveries_max,
       "messages that may wait for one subscribed endpoint; more are undeliverable", 1},
      {"outbox_max", &Config::outbox_max,
       "emails, SMS and mobile pushes kept in the outbox; the oldest go first", 1},
      {"filter_policies_max", &Config::filter_policies_max,
       "subscriptions of a topic with a filter policy; AWS: 200; 0: no limit"},
      {"history_bytes_max", &Config::history_bytes_max,
       "memory for what happened to messages, shown by /_squire/messages; 0: none"},
      {"delivery_connections_per_host_max", &Config::delivery_connections_per_host_max,
       "connections to one subscribed HTTP(S) host at a time", 1, 10'000},
      {"delivery_verify_tls", &Config::delivery_verify_tls,
       "check the certificates of HTTPS endpoints"},
      {"delivery_ca_file", &Config::delivery_ca_file,
       "PEM file of the roots that HTTPS endpoints are checked against; empty: the system's"},
      {"smtp_host", &Config::smtp_host,
       "mail server for email subscriptions; empty: emails only go to the outbox"},
      {"smtp_port", &Config::smtp_port, "its port", 1, 65'535},
      {"smtp_from", &Config::smtp_from, "the sender's address of emails"},
      {"smtp_starttls",
       &Config::smtp_starttls,
       "encrypt: if the server offers it, always, or never",
       0,
       0,
       {"auto", "always", "never"}},
      {"smtp_user", &Config::smtp_user, "name to log in with; empty: no login"},
      {.key = "smtp_password",
       .member = &Config::smtp_password,
       .help = "its password; better in the environment",
       .is_secret = true},
  };
  return kSettings;
}

const Setting* find_setting(std::string_view key) {
  const auto at = std::find_if(settings().begin(), settings().end(),
                               [&](const Setting& setting) { return setting.key == key; });
  return at == settings().end() ? nullptr : &*at;
}

std::string unknown_key() {
  return "is no setting; `squire --help` lists them all";
}

// Sets one setting from its text, however it came.
void assign(Config& config, const Setting& setting, const std::string& text,
            const std::string& source) {
  const auto integer = [&] {
    const auto number = parse_integer(text);
    if (!number || *number < setting.min || *number > setting.max) {
      const auto max = setting.max == std::numeric_limits<std::int64_t>::max()
                           ? std::string(" or more")
                           : " to " + std::to_string(setting.max);
      fail(source, setting.key,
           "must be a whole number, " + std::to_string(setting.min) + max + ", not \"" + text +
               "\"");
    }
    return *number;
  };
  std::visit(
      [&](auto member) {
        auto& value = config.*member;
        using Value = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, bool>) {
          if (text != "true" && text != "false") {
            fail(source, setting.key, "must be true or false, not \"" + text + "\"");
          }
          value = text == "true";
        } else if constexpr (std::is_integral_v<Value>) {
          value = static_cast<Value>(integer());
        } else {
          if (!setting.choices.empty() && std::find(setting.choices.begin(), setting.choices.end(),
                                                    text) == setting.choices.end()) {
            std::string choices;
            for (const auto choice : setting.choices) {
              choices.append(choices.empty() ? "" : ", ").append(choice);
            }
            fail(source, setting.key, "must be one of " + choices + ", not \"" + text + "\"");
          }
          value = text;
        }
      },
      setting.member);
  if (setting.key == "account" && !is_account_id(text)) {
    fail(source, setting.key, "must be an account id of 12 digits, not \"" + text + "\"");
  }
  if (setting.key == "region" && !is_region(text)) {
    fail(source, setting.key,
         "must be lower-case letters, digits and hyphens, not \"" + text + "\"");
  }
  while (config.base_url.ends_with('/')) config.base_url.pop_back();
}

std::string to_flag(std::string_view key) {
  std::string flag = "--" + std::string(key);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

}  // namespace

void read_json(Config& config, const std::string& text, const std::string& source) {
  const auto document = parse_object(text, source);
  for (const auto& [key, value] : document.items()) {
    if (read_declarations(config, key, value, source)) continue;
    if (key == "functions") {
      if (!value.is_object()) fail(source, key, "must be an object");
      for (const auto& [name, url] : value.items()) {
        if (!url.is_string() || !url.get<std::string>().starts_with("http")) {
          fail(source, "functions." + name, "must be a URL, such as http://localhost:9000");
        }
        config.functions[name] = url;
      }
      continue;
    }
    const Setting* setting = find_setting(key);
    if (setting == nullptr) fail(source, key, unknown_key());
    if (value.is_structured() || value.is_null()) fail(source, key, "must be a single value");
    assign(config, *setting, to_text(value), source);
  }
}

nlohmann::ordered_json to_json(const Config& config) {
  Json json = Json::object();
  for (const auto& setting : settings()) {
    std::visit(
        [&](auto member) {
          const auto& value = config.*member;
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>,
                                       std::filesystem::path>) {
            json[std::string(setting.key)] = value.string();
          } else {
            json[std::string(setting.key)] = value;
          }
        },
        setting.member);
    if (setting.is_secret && json[std::string(setting.key)] != "") {
      json[std::string(setting.key)] = "***";
    }
  }
  json["functions"] = config.functions;
  return json;
}

void read_environment(Config& config, const char* const* environment) {
  constexpr std::string_view kPrefix = "SQUIRE_";
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const auto equals = entry.find('=');
    if (!entry.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    std::string key(entry.substr(kPrefix.size(), equals - kPrefix.size()));
    std::transform(key.begin(), key.end(), key.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
    const auto value = entry.substr(equals + 1);
    // SQUIRE_CONFIG names the file; the others are what Kubernetes says of a service named squire.
    if (key == "config" || key.starts_with("service_") || key.starts_with("port_") ||
        (key == "port" && value.starts_with("tcp://"))) {
      continue;
    }
    const Setting* setting = find_setting(key);
    if (setting == nullptr) fail("environment", entry.substr(0, equals), unknown_key());
    assign(config, *setting, std::string(value), "environment");
  }
}

std::optional<Config> read_command_line(int argc, const char* const* argv,
                                        const char* const* environment) {
  CLI::App command("A message broker that is Amazon SQS and SNS to any AWS SDK pointed at it.",
                   "squire");
  command.footer(
      "Each setting can also stand in the --config file under the same name with _ for -, "
      "or in the\nenvironment as SQUIRE_NAME. Flags win over the environment, which wins "
      "over the file.");
  command.get_formatter()->column_width(34);
  std::string file;
  command.add_option("--config", file, "settings file, JSON with // comments")
      ->envname("SQUIRE_CONFIG");
  Config config;
  command.add_flag("--healthcheck", config.is_healthcheck,
                   "ask the broker with these settings whether it is ready, instead of being one");
  command.set_version_flag("--version", "squire " SQUIRE_VERSION);
  const Config defaults;
  std::vector<std::string> flags(settings().size());
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const auto& setting = settings()[i];
    std::ostringstream help;
    help << setting.help << " [";
    std::visit(
        [&](auto member) {
          if constexpr (std::is_same_v<decltype(member), std::filesystem::path Config::*>) {
            help << (defaults.*member).string();
          } else {
            help << std::boolalpha << defaults.*member;
          }
        },
        setting.member);
    help << "]";
    command.add_option(to_flag(setting.key), flags[i], help.str())->option_text(" ");
  }
  try {
    command.parse(argc, argv);
  } catch (const CLI::Success& request) {
    command.exit(request);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw ConfigError(std::string("command line: ") + error.what() +
                      "; `squire --help` lists all flags");
  }
  if (!file.empty()) read_json(config, read_file(file), file);
  read_environment(config, environment);
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (command.get_option(to_flag(settings()[i].key))->count() > 0) {
      assign(config, settings()[i], flags[i], "command line");
    }
  }
  return config;
}

}  // namespace squire::app
