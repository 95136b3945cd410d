#include "app/settings.hpp"

#include <algorithm>

namespace squire::app {

const std::vector<Setting>& settings() {
  static const std::vector<Setting> kSettings = {
      {"address", &Config::address, "IP address to listen on; 0.0.0.0 for all"},
      {"port", &Config::port, "port to listen on; 0 for any free one", 0, 65'535},
      {"extra_ports", &Config::extra_ports,
       "more ports that are served like it, with commas between: 9324,4100 for clients of "
       "ElasticMQ "
       "and GoAWS"},
      {"admin_address", &Config::admin_address,
       "address and port, e.g. 127.0.0.1:4567, where /_squire/ and /metrics are then shown, and "
       "nowhere else; empty: on every port"},
      {"tls_certificate", &Config::tls_certificate,
       "PEM file of a certificate and its chain, for HTTPS beside HTTP; SIGHUP reads it anew"},
      {"tls_key", &Config::tls_key, "PEM file of its key, without a password"},
      {"tls_self_signed", &Config::tls_self_signed,
       "make a certificate, for tests; GET /_squire/certificate is for clients to trust it"},
      {"tls_port", &Config::tls_port,
       "port for HTTPS alone, and the others for HTTP; 0: HTTPS is spoken on every port", 0,
       65'535},
      {"base_url", &Config::base_url,
       "what queue URLs begin with, e.g. http://broker:4566; empty: the Host the client used"},
      {"allowed_hosts", &Config::allowed_hosts,
       "with auth: none, names of this broker besides those that nobody else can own, with commas "
       "between, e.g. squire.shop,*.example.com; others get 403"},
      {"allowed_origins", &Config::allowed_origins,
       "origins whose pages may ask from a browser, with commas between, e.g. https://app.example; "
       "empty: the console alone"},
      {"account", &Config::account, "account of requests whose access key is no account id"},
      {"region", &Config::region, "region of requests that are not signed for one"},
      {"auth",
       &Config::auth,
       "none: signatures are not checked, everybody may do everything; sigv4: they are, and "
       "policies count",
       0,
       0,
       {"none", "sigv4"}},
      {"keys_file", &Config::keys_file,
       "JSON file with an array of access keys, as the setting keys in the settings file; SIGHUP "
       "reads it anew"},
      {.key = "admin_token",
       .member = &Config::admin_token,
       .help = "with auth: sigv4, who sends it may do everything, /_squire/ included; better in "
               "the environment",
       .is_secret = true},
      {.key = "viewer_token",
       .member = &Config::viewer_token,
       .help = "likewise, who sends it may look at /_squire/, and change nothing",
       .is_secret = true},
      {.key = "metrics_token",
       .member = &Config::metrics_token,
       .help = "likewise, who sends it may read /metrics",
       .is_secret = true},
      {"data_dir", &Config::data_dir, "directory of the durable storage; made if missing"},
      {"durability",
       &Config::durability,
       "full: answer after the commit; relaxed: at most 100 ms before it; memory: keep nothing",
       0,
       0,
       {"full", "relaxed", "memory"}},
      {"disk_reserve_bytes", &Config::disk_reserve_bytes,
       "size of a file in data_dir that is given up when the disk is full, so that deletes go on; "
       "at "
       "most a quarter of the disk"},
      {"secure_delete", &Config::secure_delete,
       "overwrite in the database what is deleted, which takes time"},
      {"init_dir", &Config::init_dir,
       "directory of *.json, *.sh and *.py files that are applied at every start; need not exist"},
      {"log_level",
       &Config::log_level,
       "how much to log",
       0,
       0,
       {"trace", "debug", "info", "warn", "error", "off"}},
      {"access_log",
       &Config::access_log,
       "a line on the standard output for each request, with its request id",
       0,
       0,
       {"off", "text", "json"}},
      {"strict", &Config::strict,
       "wait as AWS does: 60 s between purges, and before a deleted "
       "queue's name can be used again"},
      {"testing", &Config::testing,
       "serve what only tests want: /_squire/clock, which moves the time, wait and faults"},
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
      {"in_flight_bytes_max", &Config::in_flight_bytes_max,
       "memory for requests being read and replies being written, all together; who would exceed "
       "it waits",
       1'048'576},
      {"import_bytes_max", &Config::import_bytes_max,
       "size of a file sent to /_squire/import; more get 413", 1024},
      {"exports_max", &Config::exports_max,
       "exports that are not yet read to their end, and imports on their way; more get 503", 1,
       1000},
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
      {"outbox_bytes_max", &Config::outbox_bytes_max, "memory for them; likewise", 1'048'576},
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
      {"delivery_allowed_networks", &Config::delivery_allowed_networks,
       "networks that HTTP(S) subscriptions may reach, with commas between, e.g. 10.1.0.0/16; "
       "empty: all that are not denied"},
      {"delivery_denied_networks", &Config::delivery_denied_networks,
       "networks that they may not reach; private: all that are not of the public internet. The "
       "smallest network around an address decides"},
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

}  // namespace squire::app
