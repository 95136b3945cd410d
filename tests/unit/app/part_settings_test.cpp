#include "app/part_settings.hpp"

#include <gtest/gtest.h>

#include "squire/service/dispatcher_settings.hpp"

namespace squire::test {
namespace {

using app::Config;

// Tests make parts without a configuration; what they test is what runs.
TEST(PartSettingsTest, WhatAPartDoesByItselfIsWhatTheSettingsDoByDefault) {
  const Config config;
  const auto rules = to_rules(config);
  const engine::Rules own_rules;
  EXPECT_EQ(rules.in_flight_max, own_rules.in_flight_max);
  EXPECT_EQ(rules.purge_interval, own_rules.purge_interval);
  EXPECT_EQ(rules.recreate_delay, own_rules.recreate_delay);
  EXPECT_EQ(rules.pending_deliveries_max, own_rules.pending_deliveries_max);
  EXPECT_EQ(rules.outbox_max, own_rules.outbox_max);
  EXPECT_EQ(rules.outbox_bytes_max, own_rules.outbox_bytes_max);
  EXPECT_EQ(rules.filter_policies_max, own_rules.filter_policies_max);
  EXPECT_EQ(rules.history_bytes_max, own_rules.history_bytes_max);
  EXPECT_EQ(rules.sends_email, own_rules.sends_email);

  const auto server = to_server_settings(config);
  const net::ServerSettings own_server;
  EXPECT_EQ(server.threads_count, own_server.threads_count);
  EXPECT_EQ(server.connections_max, own_server.connections_max);
  EXPECT_EQ(server.in_flight_bytes_max, own_server.in_flight_bytes_max);
  EXPECT_EQ(server.handshake_timeout, own_server.handshake_timeout);
  EXPECT_EQ(server.idle_timeout, own_server.idle_timeout);

  const auto http = to_http_settings(config);
  const http::Settings own_http;
  EXPECT_EQ(http.header_bytes_max, own_http.header_bytes_max);
  EXPECT_EQ(http.body_bytes_max, own_http.body_bytes_max);
  EXPECT_EQ(http.strangers_bytes_max, own_http.strangers_bytes_max);
  EXPECT_EQ(http.request_timeout, own_http.request_timeout);
  EXPECT_EQ(http.idle_timeout, own_http.idle_timeout);

  const auto client = to_client_settings(config);
  const outbound::HttpClientSettings own_client;
  EXPECT_EQ(client.connections_per_host_max, own_client.connections_per_host_max);
  EXPECT_EQ(client.verify_tls, own_client.verify_tls);
  EXPECT_EQ(client.ca_file, own_client.ca_file);

  const auto smtp = to_smtp_settings(config);
  const outbound::SmtpSettings own_smtp;
  EXPECT_EQ(smtp.port, own_smtp.port);
  EXPECT_EQ(smtp.starttls, own_smtp.starttls);
  EXPECT_EQ(smtp.verify_tls, own_smtp.verify_tls);

  const service::DispatcherSettings own_dispatcher;
  EXPECT_EQ(config.account, own_dispatcher.account);
  EXPECT_EQ(config.region, own_dispatcher.region);
  EXPECT_EQ(config.journal_backlog_max, own_dispatcher.journal_backlog_max);

  const admin::AdminSettings own_site;
  EXPECT_EQ(config.import_bytes_max, own_site.import_bytes_max);
  EXPECT_EQ(config.exports_max, own_site.exports_max);
}

TEST(PartSettingsTest, StrictIsAsLongAsAwsUnlessSaidOtherwise) {
  Config config;
  config.strict = true;
  config.recreate_delay_seconds = Seconds(5);
  const auto rules = to_rules(config);
  EXPECT_EQ(rules.purge_interval, Seconds(60));
  EXPECT_EQ(rules.recreate_delay, Seconds(5));
  EXPECT_EQ(rules.filter_policies_max, 200u);
}

}  // namespace
}  // namespace squire::test
