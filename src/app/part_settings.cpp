#include "app/part_settings.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "app/localstack.hpp"
#include "app/services.hpp"
#include "squire/core/text.hpp"

namespace squire::app {
namespace {

// What links in notifications begin with. URLs of queues are on the host that the client used,
// which is right in every network at once; LOCALSTACK_HOST knows better than "localhost" alone.
std::string link_base(const Config& config) {
  if (!config.base_url.empty()) return config.base_url;
  if (is_in_place_of_localstack()) {
    if (auto url = localstack_url(config.port)) return *url;
  }
  return "http://localhost:" + std::to_string(config.port);
}

// "127.0.0.1:4567", "[::1]:4567"
std::pair<std::string, std::uint16_t> parse_address(const std::string& text) {
  const auto colon = std::min(text.rfind(':'), text.size());
  auto address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  const auto port = parse_integer(text.substr(std::min(colon + 1, text.size())));
  if (!port || *port < 0 || *port > 65'535) {
    throw net::ListenError("admin_address \"" + text + "\" is no address such as 127.0.0.1:4567");
  }
  return {address, static_cast<std::uint16_t>(*port)};
}

}  // namespace

std::vector<std::uint16_t> to_ports(const std::string& text) {
  std::vector<std::uint16_t> ports;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const auto port = parse_integer(text.substr(begin, end - begin));
    if (!port || *port < 1 || *port > 65'535) {
      throw ConfigError("extra_ports must be ports with commas between, such as 9324,4100, not \"" +
                        text + "\"");
    }
    ports.push_back(static_cast<std::uint16_t>(*port));
    begin = end + 1;
  }
  return ports;
}

engine::Rules to_rules(const Config& config) {
  const auto seconds = [&](std::int64_t given) {
    return Seconds(config.strict && given == 0 ? 60 : given);
  };
  engine::Rules rules;
  rules.in_flight_max = static_cast<std::uint64_t>(config.in_flight_max);
  rules.purge_interval = seconds(config.purge_interval_seconds);
  rules.recreate_delay = seconds(config.recreate_delay_seconds);
  rules.pending_deliveries_max = static_cast<std::uint64_t>(config.pending_deliveries_max);
  rules.outbox_max = static_cast<std::uint64_t>(config.outbox_max);
  rules.outbox_bytes_max = static_cast<std::uint64_t>(config.outbox_bytes_max);
  rules.filter_policies_max = static_cast<std::uint64_t>(
      config.strict && config.filter_policies_max == 0 ? 200 : config.filter_policies_max);
  rules.history_bytes_max = static_cast<std::uint64_t>(config.history_bytes_max);
  rules.sends_email = !config.smtp_host.empty();
  rules.endpoint = link_base(config);
  return rules;
}

service::BrowserGuard to_browser_guard(const Config& config) {
  return {config.allowed_hosts, config.allowed_origins, config.base_url};
}

service::Tokens to_tokens(const Config& config) {
  return {config.admin_token, config.viewer_token, config.metrics_token};
}

net::ServerSettings to_server_settings(const Config& config) {
  net::ServerSettings settings;
  settings.threads_count = static_cast<std::size_t>(config.threads);
  settings.connections_max = static_cast<std::size_t>(config.connections_max);
  settings.in_flight_bytes_max = static_cast<std::size_t>(config.in_flight_bytes_max);
  settings.handshake_timeout = Seconds(config.request_timeout_seconds);
  settings.idle_timeout = Seconds(config.idle_timeout_seconds);
  return settings;
}

http::Settings to_http_settings(const Config& config) {
  http::Settings settings;
  settings.header_bytes_max = static_cast<std::size_t>(config.header_bytes_max);
  settings.body_bytes_max = static_cast<std::size_t>(config.body_bytes_max);
  settings.strangers_bytes_max =
      static_cast<std::size_t>(config.in_flight_bytes_max) / http::kStrangersPart;
  settings.request_timeout = Seconds(config.request_timeout_seconds);
  settings.idle_timeout = Seconds(config.idle_timeout_seconds);
  return settings;
}

std::uint16_t listen(const Config& config, const std::vector<std::uint16_t>& extra_ports,
                     net::Server& server, http::Sessions& sessions) {
  using Tls = net::PortRole::Tls;
  const net::PortRole role{config.tls_port == 0 ? Tls::Both : Tls::None, &sessions};
  const auto port = server.listen(config.address, config.port, role);
  for (const auto extra : extra_ports) server.listen(config.address, extra, role);
  if (config.tls_port != 0) server.listen(config.address, config.tls_port, {Tls::Only, &sessions});
  if (!config.admin_address.empty()) {
    const auto [address, admin_port] = parse_address(config.admin_address);
    server.listen(address, admin_port, {Tls::Both, &sessions.for_admin_address()});
  }
  return port;
}

outbound::HttpClientSettings to_client_settings(const Config& config) {
  outbound::HttpClientSettings settings;
  settings.connections_per_host_max =
      static_cast<std::size_t>(config.delivery_connections_per_host_max);
  settings.verify_tls = config.delivery_verify_tls;
  settings.ca_file = config.delivery_ca_file;
  settings.networks = {config.delivery_allowed_networks, config.delivery_denied_networks};
  return settings;
}

outbound::SmtpSettings to_smtp_settings(const Config& config) {
  return {config.smtp_host,           config.smtp_port,       config.smtp_from,
          config.smtp_starttls,       config.smtp_user,       config.smtp_password,
          config.delivery_verify_tls, config.delivery_ca_file};
}

sns::CourierSettings to_courier_settings(const Config& config, outbound::Mailer* mailer) {
  sns::CourierSettings settings;
  settings.functions = config.functions;
  settings.mailer = mailer;
  settings.on_failure = [](const std::string& what) { spdlog::warn("{}", what); };
  return settings;
}

admin::AdminSettings to_admin_settings(const Config& config, const provision::InitFiles& init_files,
                                       net::Server& server, service::TemporaryFiles& files,
                                       service::Faults& faults) {
  admin::AdminSettings settings{
      SQUIRE_VERSION,  config.account,         config.region,
      config.base_url, to_json(config).dump(), [&server] { return server.connection_count(); }};
  settings.services = services();
  settings.files = &files;
  settings.import_bytes_max = static_cast<std::uint64_t>(config.import_bytes_max);
  settings.exports_max = static_cast<std::size_t>(config.exports_max);
  for (const auto& script : init_files.scripts) {
    settings.init_scripts.push_back(script.path.filename().string());
  }
  if (config.testing) {
    settings.faults = &faults;
    settings.advance_clock = [&server](Milliseconds by) { server.advance_clock(by); };
    settings.reset_clock = [&server] { server.reset_clock(); };
  }
  return settings;
}

}  // namespace squire::app
