#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "squire/access/signature.hpp"
#include "squire/provision/declarations.hpp"

namespace squire::app {

using provision::QueueDeclaration;
using provision::SubscriptionDeclaration;
using provision::TopicDeclaration;

// What the user wrote is wrong; what() names the key and where it stands.
struct ConfigError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Every setting with its default. Keys, meanings and limits: the table in src/app/settings.cpp,
// which config/squire.json repeats for readers (a test compares them).
struct Config {
  std::string address = "127.0.0.1";
  std::uint16_t port = 4566;
  std::string extra_ports;
  std::string admin_address;
  std::string tls_certificate;
  std::string tls_key;
  bool tls_self_signed = false;
  std::uint16_t tls_port = 0;
  std::string base_url;
  std::string account = "000000000000";
  std::string region = "us-east-1";

  std::string allowed_hosts;
  std::string allowed_origins;

  std::string auth = "none";
  std::string keys_file;
  std::string admin_token;
  std::string viewer_token;
  std::string metrics_token;

  std::filesystem::path data_dir = "./data";
  std::string durability = "full";
  std::int64_t disk_reserve_bytes = 16'777'216;
  bool secure_delete = false;

  std::filesystem::path init_dir = "/etc/squire/init.d";

  std::string log_level = "info";
  std::string access_log = "off";

  bool strict = false;
  bool testing = false;
  std::int64_t purge_interval_seconds = 0;
  std::int64_t recreate_delay_seconds = 0;

  std::int64_t threads = 0;
  std::int64_t connections_max = 20'000;
  std::int64_t header_bytes_max = 65'536;
  std::int64_t body_bytes_max = 8'388'608;
  std::int64_t in_flight_bytes_max = 268'435'456;
  std::int64_t import_bytes_max = 1'073'741'824;
  std::int64_t exports_max = 4;
  std::int64_t request_timeout_seconds = 30;
  std::int64_t idle_timeout_seconds = 300;
  std::int64_t in_flight_max = 120'000;
  std::int64_t journal_backlog_max = 1'000'000;
  std::int64_t pending_deliveries_max = 100'000;
  std::int64_t outbox_max = 10'000;
  std::int64_t outbox_bytes_max = 67'108'864;
  std::int64_t filter_policies_max = 0;
  std::int64_t history_bytes_max = 16'777'216;

  std::int64_t delivery_connections_per_host_max = 32;
  bool delivery_verify_tls = true;
  std::string delivery_ca_file;
  std::string delivery_allowed_networks;
  std::string delivery_denied_networks;

  std::string smtp_host;
  std::uint16_t smtp_port = 25;
  std::string smtp_from = "no-reply@sns.amazonaws.com";
  std::string smtp_starttls = "auto";
  std::string smtp_user;
  std::string smtp_password;

  std::vector<access::Key> keys;                 // of the settings file itself
  std::map<std::string, std::string> functions;  // Lambda functions: where their runtimes listen
  std::vector<QueueDeclaration> queues;
  std::vector<TopicDeclaration> topics;

  // --healthcheck, --salvage, --compact: what to do instead of serving; no settings.
  bool is_healthcheck = false;
  bool is_salvage = false;
  bool is_compaction = false;
};

// Changes `config` by what the JSON text says (// comments allowed). `source` is named in errors.
void read_json(Config& config, const std::string& text, const std::string& source);

// All settings in force, by their keys; secrets are "***".
nlohmann::ordered_json to_json(const Config& config);

// Changes `config` by the environment's SQUIRE_* variables. An unknown one is an error.
void read_environment(Config& config, const char* const* environment);

// The configuration of this command line: defaults, then the file, then the environment, then
// flags. Nothing if the command line asked for --help or --version, which were printed.
std::optional<Config> read_command_line(int argc, const char* const* argv,
                                        const char* const* environment);

// The access keys, those of keys_file included. ConfigError if it cannot be read, or if there are
// none though signatures are to be checked.
std::vector<access::Key> all_keys(const Config& config);

}  // namespace squire::app
