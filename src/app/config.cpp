#include "squire/app/config.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/json_file.hpp"
#include "app/keys.hpp"
#include "app/localstack.hpp"
#include "app/setting_forms.hpp"
#include "app/settings.hpp"
#include "squire/core/ascii.hpp"

namespace squire::app {
namespace {

constexpr std::size_t kQuotedBytesMax = 200;
constexpr std::string_view kVariablePrefix = "SQUIRE_";

// All that is wrong is said at once.
class Problems {
 public:
  template <typename F>
  void look_for(F&& f) {
    try {
      f();
    } catch (const ConfigError& error) {
      lines_.append(lines_.empty() ? "" : "\n").append(error.what());
    }
  }

  void end() const {
    if (!lines_.empty()) throw ConfigError(lines_);
  }

 private:
  std::string lines_;
};

// Whatever was given, it is one line.
std::string quote(std::string_view text) {
  std::string quoted(text.substr(0, kQuotedBytesMax));
  for (char& c : quoted) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  return "\"" + quoted + (text.size() > kQuotedBytesMax ? "..." : "") + "\"";
}

// Sets one setting from its text, however it came. `place`: the flag, the variable, or the line of
// the file.
void assign(Config& config, const Setting& setting, std::string_view text,
            const std::string& place) {
  const auto wrong = setting.read(config, text);
  if (!wrong) return;
  throw ConfigError(place + ": \"" + std::string(setting.key) + "\" must be " + setting.takes +
                    (setting.is_secret ? "" : ", not " + quote(*wrong)));
}

std::string to_flag(std::string_view key) {
  std::string flag = "--" + std::string(key);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

std::string to_key(std::string_view variable) {
  return to_lower(variable.substr(kVariablePrefix.size()));
}

std::string shown(const Setting& setting, const Config& config) {
  return to_text(setting.show(config));
}

void read_functions(Config& config, const std::string& key, const Json& value,
                    const Source& source) {
  if (!value.is_object()) fail(source, key, "must be an object");
  for (const auto& [name, url] : value.items()) {
    const auto text = to_text(url);
    auto parsed = parse_base_url(text);
    if (!parsed) {
      fail(source, key + "." + name,
           "must be a URL, such as http://localhost:9000");  // not which: it may hold a password
    }
    config.functions.insert_or_assign(name, *std::move(parsed));
  }
}

void read_member(Config& config, const std::string& key, const Json& value, const Source& source) {
  if (read_declarations(config, key, value, source)) return;
  if (key == "keys") return read_keys(config.keys, value, source, key);
  if (key == "functions") return read_functions(config, key, value, source);
  const Setting* setting = find_setting(key);
  if (setting == nullptr) fail(source, key, "is no setting; `squire --help` lists them all");
  if (value.is_structured() || value.is_null()) {
    fail(source, key, "must be a single value: " + setting->takes);
  }
  assign(config, *setting, to_text(value), source.place_of(key));
}

// The value of a variable that is ours: SQUIRE_CONFIG names the file, others are what Kubernetes
// says of a service named squire.
void read_variable(Config& config, const std::string& variable, std::string_view value) {
  const auto key = to_key(variable);
  if (key == "config" || key.starts_with("service_") || key.starts_with("port_") ||
      (key == "port" && value.starts_with("tcp://"))) {
    return;
  }
  const Setting* setting = find_setting(key);
  if (setting == nullptr) {
    throw ConfigError("environment variable " + variable +
                      " is no setting; `squire --help` lists them all");
  }
  assign(config, *setting, value, "environment variable " + variable);
}

}  // namespace

void read_json(Config& config, const std::string& text, const std::string& source) {
  const auto document = parse_object(text, source);
  Problems problems;
  for (const auto& [key, value] : document.json.items()) {
    problems.look_for(
        [&, &key = key, &value = value] { read_member(config, key, value, document.source); });
  }
  problems.end();
}

nlohmann::ordered_json to_json(const Config& config) {
  static const Json kUnset = "";
  Json json = Json::object();
  for (const auto& setting : settings()) {
    auto& value = json[std::string(setting.key)] = setting.show(config);
    if (setting.is_secret && value != kUnset) value = "***";
  }
  auto& functions = json["functions"] = Json::object();
  for (const auto& [name, url] : config.functions) functions[name] = url.text;
  return json;
}

std::string to_json_text(const Config& config) {
  return to_json(config).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void read_environment(Config& config, const char* const* environment) {
  config.localstack_host = find_localstack_host(environment);
  Problems problems;
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const auto equals = entry.find('=');
    if (!entry.starts_with(kVariablePrefix) || equals == std::string_view::npos) continue;
    problems.look_for([&] {
      read_variable(config, std::string(entry.substr(0, equals)), entry.substr(equals + 1));
    });
  }
  problems.end();
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
    const auto help = std::string(setting.help) + " [" + shown(setting, defaults) + "]";
    command.add_option(to_flag(setting.key), flags[i], help)->option_text(" ");
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
  Problems problems;
  if (!file.empty())
    problems.look_for([&] { read_json(config, read_file(file, "the settings file"), file); });
  problems.look_for([&] { read_environment(config, environment); });
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const auto flag = to_flag(settings()[i].key);
    if (command.get_option(flag)->count() == 0) continue;
    problems.look_for([&] { assign(config, settings()[i], flags[i], "flag " + flag); });
  }
  problems.end();
  return config;
}

std::vector<access::Key> all_keys(const Config& config) {
  auto keys = config.keys;
  if (!config.keys_file.empty()) {
    const auto text = read_file(config.keys_file, "keys_file");
    const auto document = parse_document(text, config.keys_file.string(), "keys");
    read_keys(keys, document.json, document.source, "keys");
  }
  if (config.auth == Auth::Sigv4 && keys.empty()) {
    throw ConfigError(
        "\"auth\" is sigv4, but there is no access key: list some as \"keys\" in the settings "
        "file, or in a keys_file");
  }
  return keys;
}

}  // namespace squire::app
