#include "app/settings.hpp"

#include <algorithm>

#include "app/setting_forms.hpp"
#include "squire/core/arn.hpp"

namespace squire::app {
namespace {

using outbound::StartTls;

template <typename T>
Setting row(std::string_view key, T Config::*member, Form<T> form, std::string_view help,
            bool is_secret = false) {
  const auto read = [=, parse = form.read](Config& config,
                                           std::string_view text) -> std::optional<std::string> {
    std::string wrong(text);
    auto value = parse(text, wrong);
    if (!value) return wrong;
    config.*member = *std::move(value);
    return std::nullopt;
  };
  const auto show = [=, show = form.show](const Config& config) { return show(config.*member); };
  return {key, help, std::move(form.takes), is_secret, read, show};
}

// Shown to nobody.
Setting secret(std::string_view key, std::string Config::*member, std::string_view help) {
  return row(key, member, text(), help, true);
}

}  // namespace

// A table, a row for each.
const std::vector<Setting>& settings() {  // NOLINT(readability-function-size)
  static const std::vector<Setting> kSettings = {
      row("address", &Config::address, ip_address(), "IP address to listen on; 0.0.0.0 for all"),
      row("port", &Config::port, port_number(0), "port to listen on; 0 for any free one"),
      row("extra_ports", &Config::extra_ports, ports(),
          "more ports that are served like it, with commas between: 9324,4100 for clients of "
          "ElasticMQ and GoAWS"),
      row("admin_address", &Config::admin_address, ip_endpoint(),
          "address and port, e.g. 127.0.0.1:4567, where /_squire/ and /metrics are then shown, and "
          "nowhere else; empty: on every port"),
      row("tls_certificate", &Config::tls_certificate, path(),
          "PEM file of a certificate and its chain, for HTTPS beside HTTP; SIGHUP reads it anew"),
      row("tls_key", &Config::tls_key, path(), "PEM file of its key, without a password"),
      row("tls_self_signed", &Config::tls_self_signed, truth(),
          "make a certificate, for tests; GET /_squire/certificate is for clients to trust it"),
      row("tls_port", &Config::tls_port, port_number(0),
          "port for HTTPS alone, and the others for HTTP; 0: HTTPS is spoken on every port"),
      row("base_url", &Config::base_url, base_url(),
          "what queue URLs begin with, e.g. http://broker:4566; empty: the Host the client used"),
      row("allowed_hosts", &Config::allowed_hosts, hosts(),
          "with auth: none, names of this broker besides those that nobody else can own, with "
          "commas between, e.g. squire.shop,*.example.com; others get 403"),
      row("allowed_origins", &Config::allowed_origins, origins(),
          "origins whose pages may ask from a browser, with commas between, e.g. "
          "https://app.example; empty: the console alone"),
      row("account", &Config::account,
          text(&is_account_id, "an account id of 12 digits such as 123456789012"),
          "account of requests whose access key is no account id"),
      row("region", &Config::region,
          text(&is_region, "lower-case letters, digits and hyphens such as eu-west-1"),
          "region of requests that are not signed for one"),
      row("auth", &Config::auth, choice<Auth>({{"none", Auth::None}, {"sigv4", Auth::Sigv4}}),
          "none: signatures are not checked, everybody may do everything; sigv4: they are, and "
          "policies count"),
      row("keys_file", &Config::keys_file, path(),
          "JSON file with an array of access keys, as the setting keys in the settings file; "
          "SIGHUP reads it anew"),
      secret("admin_token", &Config::admin_token,
             "with auth: sigv4, who sends it may do everything, /_squire/ included; better in the "
             "environment"),
      secret("viewer_token", &Config::viewer_token,
             "likewise, who sends it may look at /_squire/, and change nothing"),
      secret("metrics_token", &Config::metrics_token, "likewise, who sends it may read /metrics"),
      row("data_dir", &Config::data_dir, path(),
          "directory of the durable storage; made if missing"),
      row("durability", &Config::durability,
          choice<Durability>({{"full", Durability::Full},
                              {"relaxed", Durability::Relaxed},
                              {"memory", Durability::Memory}}),
          "full: answer after the commit; relaxed: at most 100 ms before it; memory: keep nothing"),
      row("disk_reserve_bytes", &Config::disk_reserve_bytes, bytes(),
          "size of a file in data_dir that is given up when the disk is full, so that deletes go "
          "on; at most a quarter of the disk"),
      row("secure_delete", &Config::secure_delete, truth(),
          "overwrite in the database what is deleted, which takes time"),
      row("init_dir", &Config::init_dir, path(),
          "directory of *.json, *.sh and *.py files that are applied at every start; need not "
          "exist"),
      row("log_level", &Config::log_level,
          choice<LogLevel>({{"trace", LogLevel::Trace},
                            {"debug", LogLevel::Debug},
                            {"info", LogLevel::Info},
                            {"warn", LogLevel::Warn},
                            {"error", LogLevel::Error},
                            {"off", LogLevel::Off}}),
          "how much to log: trace, debug, info, warn, error or off"),
      row("access_log", &Config::access_log,
          choice<AccessLog>(
              {{"off", AccessLog::Off}, {"text", AccessLog::Text}, {"json", AccessLog::Json}}),
          "a line on the standard output for each request, with its request id: text, json or off"),
      row("strict", &Config::strict, truth(),
          "wait as AWS does: 60 s between purges, and before a deleted queue's name can be used "
          "again"),
      row("testing", &Config::testing, truth(),
          "serve what only tests want: /_squire/clock, which moves the time, wait and faults"),
      row("purge_interval_seconds", &Config::purge_interval_seconds, seconds(0, 3600),
          "time between two purges of a queue; AWS: 60"),
      row("recreate_delay_seconds", &Config::recreate_delay_seconds, seconds(0, 3600),
          "time from deleting a queue to creating it again; AWS: 60"),
      row("threads", &Config::threads, count(0, 1024),
          "threads that serve requests; 0: one per core"),
      row("connections_max", &Config::connections_max, count(1), "open connections; more get 503"),
      row("header_bytes_max", &Config::header_bytes_max, bytes(1024, 16'777'216),
          "size of a request's headers; more get 413"),
      row("body_bytes_max", &Config::body_bytes_max, bytes(1024, 1'073'741'824),
          "size of a request's body; more get 413. A message of 1 MiB may take three times that, "
          "escaped"),
      row("in_flight_bytes_max", &Config::in_flight_bytes_max, bytes(1'048'576),
          "memory for requests being read and replies being written, all together; who would "
          "exceed it waits"),
      row("import_bytes_max", &Config::import_bytes_max, bytes(1024),
          "size of a file sent to /_squire/import; more get 413"),
      row("exports_max", &Config::exports_max, count(1, 1000),
          "exports that are not yet read to their end, and imports on their way; more get 503"),
      row("request_timeout_seconds", &Config::request_timeout_seconds, seconds(1, 3600),
          "time a client may take to send a request, and to take its reply"),
      row("idle_timeout_seconds", &Config::idle_timeout_seconds, seconds(1, 86'400),
          "time a connection may be open between requests"),
      row("in_flight_max", &Config::in_flight_max, count(1),
          "messages of a queue in flight; AWS: 120000"),
      row("journal_backlog_max", &Config::journal_backlog_max, count(1000),
          "changes waiting for the disk; above, requests get 503"),
      row("pending_deliveries_max", &Config::pending_deliveries_max, count(1),
          "messages that may wait for one subscribed endpoint; more are undeliverable"),
      row("outbox_max", &Config::outbox_max, count(1),
          "emails, SMS and mobile pushes kept in the outbox; the oldest go first"),
      row("outbox_bytes_max", &Config::outbox_bytes_max, bytes(1'048'576),
          "memory for them; likewise"),
      row("filter_policies_max", &Config::filter_policies_max, count(),
          "subscriptions of a topic with a filter policy; AWS: 200; 0: no limit"),
      row("history_bytes_max", &Config::history_bytes_max, bytes(),
          "memory for what happened to messages, shown by /_squire/messages; 0: none"),
      row("delivery_connections_per_host_max", &Config::delivery_connections_per_host_max,
          count(1, 10'000), "connections to one subscribed HTTP(S) host at a time"),
      row("delivery_verify_tls", &Config::delivery_verify_tls, truth(),
          "check the certificates of HTTPS endpoints"),
      row("delivery_ca_file", &Config::delivery_ca_file, path(),
          "PEM file of the roots that HTTPS endpoints are checked against; empty: the system's"),
      row("delivery_allowed_networks", &Config::delivery_allowed_networks, networks(),
          "networks that HTTP(S) subscriptions may reach, with commas between, e.g. 10.1.0.0/16; "
          "empty: all that are not denied"),
      row("delivery_denied_networks", &Config::delivery_denied_networks, networks(),
          "networks that they may not reach; private: all that are not of the public internet. The "
          "smallest network around an address decides"),
      row("smtp_host", &Config::smtp_host, text(),
          "mail server for email subscriptions; empty: emails only go to the outbox"),
      row("smtp_port", &Config::smtp_port, port_number(1), "its port"),
      row("smtp_from", &Config::smtp_from, text(), "the sender's address of emails"),
      row("smtp_starttls", &Config::smtp_starttls,
          choice<StartTls>(
              {{"auto", StartTls::Auto}, {"always", StartTls::Always}, {"never", StartTls::Never}}),
          "encrypt: auto, if the server offers it; always; never"),
      row("smtp_user", &Config::smtp_user, text(), "name to log in with; empty: no login"),
      secret("smtp_password", &Config::smtp_password, "its password; better in the environment"),
  };
  return kSettings;
}

const Setting* find_setting(std::string_view key) {
  const auto at = std::find_if(settings().begin(), settings().end(),
                               [&](const Setting& setting) { return setting.key == key; });
  return at == settings().end() ? nullptr : &*at;
}

}  // namespace squire::app
