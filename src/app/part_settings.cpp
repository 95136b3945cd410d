#include "app/part_settings.hpp"

#include <spdlog/spdlog.h>

#include "app/localstack.hpp"
#include "app/services.hpp"

namespace squire::app {
namespace {

std::string text_of(const std::optional<BaseUrl>& url) {
  return url ? url->text : "";
}

// What links in notifications begin with. URLs of queues are on the host that the client used,
// which is right in every network at once; LOCALSTACK_HOST knows better than "localhost" alone.
std::string link_base(const Config& config) {
  if (config.base_url) return config.base_url->text;
  if (config.localstack_host && is_in_place_of_localstack()) {
    return localstack_url(*config.localstack_host, config.port);
  }
  return "http://localhost:" + std::to_string(config.port);
}

}  // namespace

engine::Rules to_rules(const Config& config) {
  const auto interval = [&](Seconds given) {
    return config.strict && given == Seconds(0) ? Seconds(60) : given;
  };
  engine::Rules rules;
  rules.in_flight_max = config.in_flight_max;
  rules.purge_interval = interval(config.purge_interval_seconds);
  rules.recreate_delay = interval(config.recreate_delay_seconds);
  rules.pending_deliveries_max = config.pending_deliveries_max;
  rules.outbox_max = config.outbox_max;
  rules.outbox_bytes_max = config.outbox_bytes_max;
  rules.filter_policies_max =
      config.strict && config.filter_policies_max == 0 ? 200 : config.filter_policies_max;
  rules.history_bytes_max = config.history_bytes_max;
  rules.sends_email = !config.smtp_host.empty();
  rules.endpoint = link_base(config);
  return rules;
}

service::BrowserGuard to_browser_guard(const Config& config) {
  return {config.allowed_hosts, config.allowed_origins,
          config.base_url ? std::make_optional(config.base_url->parts) : std::nullopt};
}

service::Tokens to_tokens(const Config& config) {
  return {config.admin_token, config.viewer_token, config.metrics_token};
}

net::ServerSettings to_server_settings(const Config& config) {
  net::ServerSettings settings;
  settings.threads_count = config.threads;
  settings.connections_max = config.connections_max;
  settings.in_flight_bytes_max = config.in_flight_bytes_max;
  settings.handshake_timeout = config.request_timeout_seconds;
  settings.idle_timeout = config.idle_timeout_seconds;
  return settings;
}

http::Settings to_http_settings(const Config& config) {
  http::Settings settings;
  settings.header_bytes_max = config.header_bytes_max;
  settings.body_bytes_max = config.body_bytes_max;
  settings.strangers_bytes_max = config.in_flight_bytes_max / http::kStrangersPart;
  settings.request_timeout = config.request_timeout_seconds;
  settings.idle_timeout = config.idle_timeout_seconds;
  return settings;
}

std::uint16_t listen(const Config& config, net::Server& server, http::Sessions& sessions) {
  using Tls = net::PortRole::Tls;
  const net::PortRole role{config.tls_port == 0 ? Tls::Both : Tls::None, &sessions};
  const auto port = server.listen({config.address, config.port}, role);
  for (const auto extra : config.extra_ports) server.listen({config.address, extra}, role);
  if (config.tls_port != 0) {
    server.listen({config.address, config.tls_port}, {Tls::Only, &sessions});
  }
  if (config.admin_address) {
    server.listen(*config.admin_address, {Tls::Both, &sessions.for_admin_address()});
  }
  return port;
}

outbound::HttpClientSettings to_client_settings(const Config& config) {
  outbound::HttpClientSettings settings;
  settings.connections_per_host_max = config.delivery_connections_per_host_max;
  settings.verify_tls = config.delivery_verify_tls;
  settings.ca_file = config.delivery_ca_file.string();
  settings.networks = {config.delivery_allowed_networks, config.delivery_denied_networks};
  return settings;
}

outbound::SmtpSettings to_smtp_settings(const Config& config) {
  return {config.smtp_host,           config.smtp_port,
          config.smtp_from,           config.smtp_starttls,
          config.smtp_user,           config.smtp_password,
          config.delivery_verify_tls, config.delivery_ca_file.string()};
}

sns::CourierSettings to_courier_settings(const Config& config, outbound::Mailer* mailer,
                                         Executor& helpers) {
  sns::CourierSettings settings;
  for (const auto& [name, url] : config.functions) settings.functions[name] = url.text;
  settings.mailer = mailer;
  settings.helpers = &helpers;
  settings.on_failure = [](const std::string& what) { spdlog::warn("{}", what); };
  return settings;
}

admin::AdminSettings to_admin_settings(const Config& config, const provision::InitFiles& init_files,
                                       net::Server& server, service::TemporaryFiles& files,
                                       service::Faults& faults) {
  admin::AdminSettings settings{
      SQUIRE_VERSION,       config.account,
      config.region,        text_of(config.base_url),
      to_json_text(config), [&server] { return server.connection_count(); }};
  settings.services = services();
  settings.files = &files;
  settings.import_bytes_max = config.import_bytes_max;
  settings.exports_max = config.exports_max;
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
