#include "squire/app/config.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>
#include <sstream>

#include "app/json_file.hpp"
#include "app/keys.hpp"
#include "app/settings.hpp"
#include "squire/core/arn.hpp"
#include "squire/core/text.hpp"
#include "squire/core/url.hpp"

namespace squire::app {
namespace {

std::string unknown_key() {
  return "is no setting; `squire --help` lists them all";
}

// Sets one setting from its text, however it came.
void assign(Config& config, const Setting& setting, const std::string& text,
            const std::string& place) {
  const auto refuse = [&](const std::string& why) {
    throw ConfigError(place + ": \"" + std::string(setting.key) + "\" " + why);
  };
  const auto integer = [&] {
    const auto number = parse_integer(text);
    if (!number || *number < setting.min || *number > setting.max) {
      const auto max = setting.max == std::numeric_limits<std::int64_t>::max()
                           ? std::string(" or more")
                           : " to " + std::to_string(setting.max);
      refuse("must be a whole number, " + std::to_string(setting.min) + max + ", not \"" + text +
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
            refuse("must be true or false, not \"" + text + "\"");
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
            refuse("must be one of " + choices + ", not \"" + text + "\"");
          }
          value = text;
        }
      },
      setting.member);
  if (setting.key == "account" && !is_account_id(text)) {
    refuse("must be an account id of 12 digits, not \"" + text + "\"");
  }
  if (setting.key == "region" && !is_region(text)) {
    refuse("must be lower-case letters, digits and hyphens, not \"" + text + "\"");
  }
  if (setting.key == "base_url" && !text.empty() && !parse_url(text)) {
    refuse("must be a URL such as http://broker:4566, not \"" + text + "\"");
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
  for (const auto& [key, value] : document.json.items()) {
    if (read_declarations(config, key, value, document.source)) continue;
    if (key == "keys") {
      read_keys(config.keys, value, document.source, key);
      continue;
    }
    if (key == "functions") {
      if (!value.is_object()) fail(document.source, key, "must be an object");
      for (const auto& [name, url] : value.items()) {
        if (!url.is_string() || !parse_url(url.get<std::string>())) {
          fail(document.source, "functions." + name,
               "must be a URL, such as http://localhost:9000");
        }
        config.functions[name] = url;
      }
      continue;
    }
    const Setting* setting = find_setting(key);
    if (setting == nullptr) fail(document.source, key, unknown_key());
    if (value.is_structured() || value.is_null())
      fail(document.source, key, "must be a single value");
    assign(config, *setting, to_text(value), document.source.place_of(key));
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
    if (setting == nullptr) {
      fail(Source("environment"), std::string(entry.substr(0, equals)), unknown_key());
    }
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
  command.add_flag("--salvage", config.is_salvage,
                   "copy what can be read of a damaged database in data_dir into a new file, "
                   "squire-salvaged.db, and tell what was lost; the old one stays as it is");
  command.add_flag("--compact", config.is_compaction,
                   "rewrite the database in data_dir without anything deleted; one of squire 0.1.0 "
                   "then gives space back to the disk. Needs room for a copy; may be interrupted");
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

std::vector<access::Key> all_keys(const Config& config) {
  auto keys = config.keys;
  if (!config.keys_file.empty()) {
    const auto document = parse_document(read_file(config.keys_file), config.keys_file, "keys");
    read_keys(keys, document.json, document.source, "keys");
  }
  if (config.auth == "sigv4" && keys.empty()) {
    throw ConfigError(
        "\"auth\" is sigv4, but there is no access key: list some as \"keys\" in the settings "
        "file, or in a keys_file");
  }
  return keys;
}

}  // namespace squire::app
