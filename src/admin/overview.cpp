// The daemon as a whole.
#include "admin/admin_request.hpp"
#include "admin/process_figures.hpp"
#include "squire/admin/console_page.hpp"
#include "squire/engine/outbox.hpp"

namespace squire::admin {

SiteReply list_endpoints(AdminRequest&) {
  Json endpoints = Json::array();
  for (const auto& route : routes()) {
    endpoints.push_back({{"method", route.method}, {"path", route.path}, {"help", route.help}});
  }
  return reply({{"endpoints", std::move(endpoints)}});
}

SiteReply show_health(AdminRequest& asked) {
  return asked.site.health(asked.request.path);
}

SiteReply show_version(AdminRequest& asked) {
  return reply({{"version", asked.settings.version}});
}

SiteReply show_certificate(AdminRequest& asked) {
  if (asked.settings.certificate.empty()) {
    return refuse(404, "There is none; the setting tls_self_signed makes one");
  }
  SiteReply shown;
  shown.content_type = "application/x-pem-file";
  shown.body = asked.settings.certificate;
  return shown;
}

namespace {

Json settings_of(const AdminRequest& asked) {
  const auto& text = asked.settings.settings;
  return service::parse_document(text, text.size());
}

}  // namespace

SiteReply show_settings(AdminRequest& asked) {
  return reply(settings_of(asked));
}

SiteReply show_overview(AdminRequest& asked) {
  engine::QueueCounts counts;
  engine::QueueRates rates;
  const auto queues = asked.broker.all_queues();
  for (const auto& queue : queues) {
    const auto report = queue->report();
    counts.visible += report.counts.visible;
    counts.in_flight += report.counts.in_flight;
    counts.delayed += report.counts.delayed;
    rates.sent += report.rates.sent;
    rates.received += report.rates.received;
    rates.deleted += report.rates.deleted;
  }
  std::uint64_t subscription_count = 0;
  std::uint64_t pending_count = 0;
  const auto topics = asked.broker.topics().all();
  for (const auto& topic : topics) {
    const auto of_topic = topic->counts();
    subscription_count += of_topic.confirmed + of_topic.pending;
    pending_count += asked.broker.pending_delivery_count(*topic);
  }
  Json services = Json::array();
  for (const auto* service : asked.settings.services) services.push_back(service->name);
  const TimePoint now = asked.now();
  const Json settings = settings_of(asked);
  return reply(
      {{"version", asked.settings.version},
       {"now", to_json(now)},
       {"startedAt", to_json(asked.started_at())},
       {"uptimeSeconds", (now - asked.started_at()).count() / 1000},
       {"durability", settings.value("durability", Json(""))},
       {"testing", settings.value("testing", Json(false))},
       {"auth", settings.value("auth", Json("none"))},
       {"account", asked.settings.account},
       {"region", asked.settings.region},
       {"services", std::move(services)},
       {"queues", queues.size()},
       {"topics", topics.size()},
       {"subscriptions", subscription_count},
       {"messages",
        {{"visible", counts.visible}, {"inFlight", counts.in_flight}, {"delayed", counts.delayed}}},
       {"rates", {{"sent", rates.sent}, {"received", rates.received}, {"deleted", rates.deleted}}},
       {"connections", asked.settings.connection_count()},
       {"pendingDeliveries", pending_count},
       {"outbox", asked.broker.store<engine::Outbox>().count()},
       {"residentBytes", read_process_figures().resident_bytes}});
}

SiteReply show_metrics(AdminRequest& asked) {
  if (asked.metrics() == nullptr) return refuse(404, "Nothing is measured here");
  SiteReply answered;
  answered.content_type = "text/plain; version=0.0.4; charset=utf-8";
  answered.body = asked.metrics()->text();
  return answered;
}

// Always compressed: every browser takes that.
SiteReply show_console() {
  SiteReply answered;
  answered.content_type = "text/html; charset=utf-8";
  answered.headers =
      "Content-Encoding: gzip\r\nCache-Control: no-cache\r\n"
      "Content-Security-Policy: frame-ancestors 'none'\r\nX-Content-Type-Options: nosniff\r\n";
  answered.body = console_page();
  return answered;
}

SiteReply reset(AdminRequest& asked) {
  const std::string account(asked.parameter("account"));
  if (!account.empty() && !is_account_id(account)) {
    return refuse(400, "account is an account id of 12 digits");
  }
  const auto cleared = asked.broker.reset(account);
  if (account.empty()) asked.site.end_test();
  auto answered = reply({{"queues", cleared.queue_count}, {"topics", cleared.topic_count}});
  answered.ticket = cleared.ticket;
  return answered;
}

}  // namespace squire::admin
