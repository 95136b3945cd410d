// Configurations from texts, for tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/settings.hpp"
#include "squire/app/config.hpp"
#include "support/temporary_directory.hpp"

namespace squire::test {

using app::Config;
using app::ConfigError;
using Words = std::vector<std::string>;

// Every setting as text, by key: what the tests below compare.
using Settings = std::map<std::string, std::string>;

inline Settings settings_of(const Config& config) {
  Settings texts;
  for (const auto& setting : app::settings()) {
    const auto value = setting.show(config);
    texts[std::string(setting.key)] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return texts;
}

// A value for each that is not its default.
inline const Settings kOthers = {{"address", "0.0.0.0"},
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
                                 {"delivery_allowed_networks", "10.1.0.0/16,192.0.2.7"},
                                 {"delivery_denied_networks", "private"},
                                 {"smtp_host", "mail.example.com"},
                                 {"smtp_port", "587"},
                                 {"smtp_from", "shop@example.com"},
                                 {"smtp_starttls", "always"},
                                 {"smtp_user", "shop"},
                                 {"smtp_password", "secret"}};

inline std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(c));
  return text;
}

inline std::string flag(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return "--" + key;
}

inline std::string in_json(const std::string& key, const std::string& value) {
  return "{\"" + key + "\": \"" + value + "\"}";
}

inline Config from_json(const std::string& text) {
  Config config;
  app::read_json(config, text, "squire.json");
  return config;
}

inline Config from_environment(const Words& entries) {
  std::vector<const char*> environment;
  for (const auto& entry : entries) environment.push_back(entry.c_str());
  environment.push_back(nullptr);
  Config config;
  app::read_environment(config, environment.data());
  return config;
}

inline std::optional<Config> from_command_line(const Words& arguments, const Words& entries = {}) {
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
inline std::string json_error(const std::string& text) {
  return error_of([&] { from_json(text); });
}

class ConfigFileTest : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    const auto path = directory.path() / "squire.json";
    std::ofstream(path) << text;
    return path.string();
  }
  TemporaryDirectory directory;
};

}  // namespace squire::test
