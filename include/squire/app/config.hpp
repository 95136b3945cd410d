#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "squire/access/signature.hpp"
#include "squire/core/clock.hpp"
#include "squire/core/url.hpp"
#include "squire/outbound/network_rules.hpp"
#include "squire/outbound/smtp_mailer.hpp"
#include "squire/provision/declarations.hpp"
#include "squire/service/browser_guard.hpp"

namespace squire::app {

using provision::QueueDeclaration;
using provision::SubscriptionDeclaration;
using provision::TopicDeclaration;

// What the user wrote is wrong; what() names the key, where it stands and what it takes: a line for
// each of several.
struct ConfigError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Auth : std::uint8_t { None, Sigv4 };
enum class Durability : std::uint8_t { Full, Relaxed, Memory };
enum class LogLevel : std::uint8_t { Trace, Debug, Info, Warn, Error, Off };
enum class AccessLog : std::uint8_t { Off, Text, Json };

// What other URLs begin with: as it was given, but for slashes at its end, and taken apart.
struct BaseUrl {
  std::string text;
  Url parts;
};

// Every setting with its default, by its key. Meanings, limits and spellings: the table in
// src/app/settings.cpp, which config/squire.json repeats for readers (a test compares them).
struct Config {
  boost::asio::ip::address address = boost::asio::ip::address_v4::loopback();
  std::uint16_t port = 4566;
  std::vector<std::uint16_t> extra_ports;
  std::optional<boost::asio::ip::tcp::endpoint> admin_address;
  std::filesystem::path tls_certificate;
  std::filesystem::path tls_key;
  bool tls_self_signed = false;
  std::uint16_t tls_port = 0;
  std::optional<BaseUrl> base_url;
  std::string account = "000000000000";
  std::string region = "us-east-1";

  std::vector<service::HostPattern> allowed_hosts;
  std::vector<service::PageOrigin> allowed_origins;

  Auth auth = Auth::None;
  std::filesystem::path keys_file;
  std::string admin_token;
  std::string viewer_token;
  std::string metrics_token;

  std::filesystem::path data_dir = "./data";
  Durability durability = Durability::Full;
  std::size_t disk_reserve_bytes = 16'777'216;
  bool secure_delete = false;

  std::filesystem::path init_dir = "/etc/squire/init.d";

  LogLevel log_level = LogLevel::Info;
  AccessLog access_log = AccessLog::Off;

  bool strict = false;
  bool testing = false;
  Seconds purge_interval_seconds{0};
  Seconds recreate_delay_seconds{0};

  std::size_t threads = 0;
  std::size_t connections_max = 20'000;
  std::size_t header_bytes_max = 65'536;
  std::size_t body_bytes_max = 8'388'608;
  std::size_t in_flight_bytes_max = 268'435'456;
  std::size_t import_bytes_max = 1'073'741'824;
  std::size_t exports_max = 4;
  Seconds request_timeout_seconds{30};
  Seconds idle_timeout_seconds{300};
  std::size_t in_flight_max = 120'000;
  std::size_t journal_backlog_max = 1'000'000;
  std::size_t pending_deliveries_max = 100'000;
  std::size_t outbox_max = 10'000;
  std::size_t outbox_bytes_max = 67'108'864;
  std::size_t filter_policies_max = 0;
  std::size_t history_bytes_max = 16'777'216;

  std::size_t delivery_connections_per_host_max = 32;
  bool delivery_verify_tls = true;
  std::filesystem::path delivery_ca_file;
  std::vector<outbound::Network> delivery_allowed_networks;
  std::vector<outbound::Network> delivery_denied_networks;

  std::string smtp_host;
  std::uint16_t smtp_port = 25;
  std::string smtp_from = "no-reply@sns.amazonaws.com";
  outbound::StartTls smtp_starttls = outbound::StartTls::Auto;
  std::string smtp_user;
  std::string smtp_password;

  std::vector<access::Key> keys;             // of the settings file itself
  std::map<std::string, BaseUrl> functions;  // Lambda functions: where their runtimes listen
  std::vector<QueueDeclaration> queues;
  std::vector<TopicDeclaration> topics;

  // LOCALSTACK_HOST, if it is a host ("aws", "aws:4510"): what links begin with where this broker
  // stands in LocalStack's place. No setting: those are Squire's own.
  std::optional<std::string> localstack_host;

  // --healthcheck, --salvage, --compact: what to do instead of serving; no settings.
  bool is_healthcheck = false;
  bool is_salvage = false;
  bool is_compaction = false;
};

// Changes `config` by what the JSON text says (// comments allowed). `source`, its file's name, is
// named in errors with the line.
void read_json(Config& config, const std::string& text, const std::string& source);

// All settings in force, by their keys; secrets are "***".
nlohmann::ordered_json to_json(const Config& config);
// The same, with paths that are not UTF-8 made readable.
std::string to_json_text(const Config& config);

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
