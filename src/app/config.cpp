#include "squire/app/config.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/keys.hpp"
#include "app/settings.hpp"
#include "squire/core/arn.hpp"
#include "squire/core/text.hpp"

namespace squire::app {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void fail(const std::string& source, std::string_view key, const std::string& why) {
  throw ConfigError(source + ": \"" + std::string(key) + "\" " + why);
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

// A scalar as the text a client would send; attributes may be written as numbers, booleans or, for
// policies, as JSON objects.
std::string to_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

engine::StringMap to_string_map(const Json& object, const std::string& source,
                                const std::string& key) {
  if (!object.is_object()) fail(source, key, "must be an object");
  engine::StringMap map;
  for (const auto& [name, value] : object.items()) map[name] = to_text(value);
  return map;
}

QueueDeclaration read_queue(const Json& object, const std::string& source,
                            const std::string& place) {
  if (!object.is_object()) fail(source, place, "must be an object");
  QueueDeclaration queue;
  for (const auto& [key, value] : object.items()) {
    const std::string path = place + "." + key;
    if (key == "name" && value.is_string()) {
      queue.name = value;
    } else if (key == "attributes") {
      queue.attributes = to_string_map(value, source, path);
    } else if (key == "tags") {
      queue.tags = to_string_map(value, source, path);
    } else if (key == "dead_letter_queue" && value.is_string()) {
      queue.dead_letter_queue = value;
    } else if (key == "max_receive_count" && value.is_number_integer()) {
      const auto count = value.get<std::int64_t>();
      if (count < 0 || count > INT32_MAX) fail(source, path, "must be a whole number, 1 to 1000");
      queue.max_receive_count = static_cast<int>(count);
    } else {
      fail(source, path,
           "is not understood; a queue has name, attributes, tags, dead_letter_queue (a name) and "
           "max_receive_count (a number)");
    }
  }
  if (queue.name.empty()) fail(source, place, "has no name");
  if (queue.dead_letter_queue.empty() != (queue.max_receive_count == 0)) {
    fail(source, place, "needs both dead_letter_queue and max_receive_count, or none");
  }
  return queue;
}

SubscriptionDeclaration read_subscription(const Json& object, const std::string& source,
                                          const std::string& place) {
  if (!object.is_object()) fail(source, place, "must be an object");
  SubscriptionDeclaration subscription;
  for (const auto& [key, value] : object.items()) {
    if (key == "queue" && value.is_string()) {
      subscription.protocol = "sqs";
      subscription.endpoint = value;
    } else if (key == "protocol" && value.is_string()) {
      subscription.protocol = value;
    } else if (key == "endpoint" && value.is_string()) {
      subscription.endpoint = value;
    } else if (key == "attributes") {
      subscription.attributes = to_string_map(value, source, place + "." + key);
    } else {
      fail(source, place + "." + key,
           "is not understood; a subscription has queue (a name), or protocol and endpoint, and "
           "attributes");
    }
  }
  if (subscription.protocol.empty() || subscription.endpoint.empty()) {
    fail(source, place, "needs a queue, or a protocol and an endpoint");
  }
  return subscription;
}

TopicDeclaration read_topic(const Json& object, const std::string& source,
                            const std::string& place) {
  if (!object.is_object()) fail(source, place, "must be an object");
  TopicDeclaration topic;
  for (const auto& [key, value] : object.items()) {
    const std::string path = place + "." + key;
    if (key == "name" && value.is_string()) {
      topic.name = value;
    } else if (key == "attributes") {
      topic.attributes = to_string_map(value, source, path);
    } else if (key == "tags") {
      topic.tags = to_string_map(value, source, path);
    } else if (key == "subscriptions" && value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        topic.subscriptions.push_back(
            read_subscription(value[i], source, path + "[" + std::to_string(i) + "]"));
      }
    } else {
      fail(source, path,
           "is not understood; a topic has name, attributes, tags and subscriptions (an array)");
    }
  }
  if (topic.name.empty()) fail(source, place, "has no name");
  return topic;
}

// Calls read(element, place) for each element of the array.
template <typename Read>
void read_array(const Json& array, const std::string& source, const std::string& key, Read&& read) {
  if (!array.is_array()) fail(source, key, "must be an array");
  for (std::size_t i = 0; i < array.size(); ++i) {
    read(array[i], key + "[" + std::to_string(i) + "]");
  }
}

std::string to_flag(std::string_view key) {
  std::string flag = "--" + std::string(key);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    throw ConfigError("cannot read the configuration file " + path.string());
  }
  return text.str();
}

Json parse_json(const std::string& text, const std::string& source) {
  try {
    return Json::parse(text, nullptr, true, true);
  } catch (const Json::parse_error& error) {
    // What was read last may be a secret.
    const std::string_view what = error.what();
    throw ConfigError(source +
                      ": not valid JSON: " + std::string(what.substr(0, what.find("; last read"))));
  }
}

}  // namespace

void read_json(Config& config, const std::string& text, const std::string& source) {
  const Json document = parse_json(text, source);
  if (!document.is_object()) throw ConfigError(source + ": must be a JSON object");
  for (const auto& [key, value] : document.items()) {
    if (key == "queues") {
      read_array(value, source, key, [&](const Json& element, const std::string& place) {
        config.queues.push_back(read_queue(element, source, place));
      });
      continue;
    }
    if (key == "topics") {
      read_array(value, source, key, [&](const Json& element, const std::string& place) {
        config.topics.push_back(read_topic(element, source, place));
      });
      continue;
    }
    if (key == "keys") {
      read_keys(config.keys, value, source, key);
      continue;
    }
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
  Config config;
  if (!file.empty()) read_json(config, read_file(file), file);
  read_environment(config, environment);
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (command.get_option(to_flag(settings()[i].key))->count() > 0) {
      assign(config, settings()[i], flags[i], "command line");
    }
  }
  return config;
}

std::vector<access::Key> all_keys(const Config& config) {
  auto keys = config.keys;
  if (!config.keys_file.empty()) {
    const auto document = parse_json(read_file(config.keys_file), config.keys_file);
    read_keys(keys, document, config.keys_file, "keys");
  }
  if (config.auth == "sigv4" && keys.empty()) {
    throw ConfigError(
        "\"auth\" is sigv4, but there is no access key: list some as \"keys\" in the settings "
        "file, or in a keys_file");
  }
  return keys;
}

}  // namespace squire::app
