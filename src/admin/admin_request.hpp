#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "squire/admin/admin_site.hpp"
#include "squire/engine/outbox.hpp"
#include "squire/service/policy_document.hpp"

namespace squire::admin {

using service::Json;
using service::SiteReply;
using service::SiteRequest;

// What a handler answers from: one request, and what stands in each `{…}` of its route's path.
struct AdminRequest {
  AdminRequest(AdminSite& site, const SiteRequest& request)
      : site(site), broker(site.broker_), settings(site.settings_), request(request) {}

  AdminSite& site;
  engine::Broker& broker;
  const AdminSettings& settings;
  const SiteRequest& request;
  std::vector<std::string> parts;
  std::string name;  // the first of them

  TimePoint now() const { return broker.env().clock.now(); }
  const Metrics* metrics() const { return site.metrics_; }
  TimePoint started_at() const { return site.started_at_; }
  bool is_ready() const { return site.is_ready_; }
  std::vector<InitProgress> init_scripts() const;  // in the order in which they run
  bool is_testing() const { return settings.advance_clock != nullptr; }
  // By how much, in all.
  Milliseconds advance_clock(Milliseconds by) const;
  // Empty if it is absent.
  std::string_view parameter(std::string_view name) const;
  std::string queue_url(const ResourceName& name) const;
};

// ---- replies -----------------------------------------------------------------------------------

SiteReply reply(const Json& json, unsigned status = 200);
SiteReply refuse(unsigned status, std::string_view message);
// With spaces behind commas and colons, as LocalStack writes JSON: health checks grep for that.
SiteReply reply_as_localstack(const Json& json, unsigned status = 200);
// The same as a table for people: the one list in it, or a line for each member.
std::string to_table(const Json& json);

// ---- parameters --------------------------------------------------------------------------------

// `limit` and `after`: which part of a list is asked for.
struct Page {
  std::size_t first = 0;
  std::size_t count = 100;
};
// "500ms", "30s", "6m", "2h", "4d"; nothing if it is none, or longer than ten years.
std::optional<Milliseconds> parse_duration(std::string_view text);

// Nothing: they are no numbers, or too large; kPageRule says so.
inline constexpr std::string_view kPageRule =
    "limit is 1 to 1000, after is the `next` of the page before";
std::optional<Page> read_page(const AdminRequest& asked);
// `items` from the page on, each through to_json, under that name, with "count" and "next".
template <typename Items, typename ToJson>
SiteReply reply_page(const Page& page, std::string_view name, const Items& items,
                     ToJson&& to_json) {
  Json list = Json::array();
  const std::size_t end = std::min(items.size(), page.first + page.count);
  for (std::size_t i = page.first; i < end; ++i) list.push_back(to_json(items[i]));
  Json json{{"count", items.size()}, {std::string(name), std::move(list)}};
  if (end < items.size()) json["next"] = std::to_string(end);
  return reply(json);
}

// The queue or topic of that name, in the account and region asked for; without these in the
// default ones, or the only one of that name there is. Null if there is none.
std::shared_ptr<engine::Queue> find_queue(const AdminRequest& asked, std::string_view name);
std::shared_ptr<engine::Topic> find_topic(const AdminRequest& asked, std::string_view name);

// By name, then account and region; those of `account`, `region` and `search` if they are given.
std::vector<std::shared_ptr<engine::Queue>> find_queues(const AdminRequest& asked);
std::vector<std::shared_ptr<engine::Topic>> find_topics(const AdminRequest& asked);

// ---- handlers, by what they are about ----------------------------------------------------------

SiteReply list_endpoints(AdminRequest& asked);
SiteReply show_health(AdminRequest& asked);
SiteReply show_version(AdminRequest& asked);
SiteReply show_certificate(AdminRequest& asked);
SiteReply show_settings(AdminRequest& asked);
SiteReply show_overview(AdminRequest& asked);
SiteReply show_metrics(AdminRequest& asked);
SiteReply show_console();
SiteReply reset(AdminRequest& asked);

SiteReply list_queues(AdminRequest& asked);
SiteReply show_queue(AdminRequest& asked);
SiteReply peek_messages(AdminRequest& asked);

SiteReply list_topics(AdminRequest& asked);
SiteReply show_topic(AdminRequest& asked);
SiteReply list_subscriptions(AdminRequest& asked);
SiteReply try_filter(AdminRequest& asked);

SiteReply show_message(AdminRequest& asked);
SiteReply find_messages(AdminRequest& asked);
SiteReply list_deliveries(AdminRequest& asked);

SiteReply show_outbox(AdminRequest& asked);
SiteReply clear_outbox(AdminRequest& asked);

SiteReply list_faults(AdminRequest& asked);
SiteReply add_fault(AdminRequest& asked);
SiteReply remove_faults(AdminRequest& asked);
SiteReply remove_fault(AdminRequest& asked);
SiteReply not_testing();
SiteReply show_clock(AdminRequest& asked);
SiteReply move_clock(AdminRequest& asked);
// What is wrong with the request if make_wait() gives null.
SiteReply refuse_wait(AdminRequest& asked);
std::unique_ptr<service::AdminExchange> make_wait(AdminRequest& asked,
                                                  std::shared_ptr<Waiter> waiter);

SiteReply command_localstack(AdminRequest& asked);
SiteReply show_localstack_info(AdminRequest& asked);
SiteReply show_init(AdminRequest& asked);
SiteReply show_init_stage(AdminRequest& asked);
SiteReply show_localstack_messages(AdminRequest& asked);
SiteReply show_sms_messages(AdminRequest& asked);
SiteReply remove_sms_messages(AdminRequest& asked);
SiteReply show_push_messages(AdminRequest& asked);
SiteReply remove_push_messages(AdminRequest& asked);
SiteReply show_subscription_token(AdminRequest& asked);

inline constexpr std::string_view kExportPath = "/_squire/export";
inline constexpr std::string_view kImportPath = "/_squire/import";
bool is_import(std::string_view method, std::string_view path);
// What is wrong with the request if make_state_job() gives null.
SiteReply refuse_state(AdminRequest& asked);
std::unique_ptr<service::AdminExchange> make_state_job(AdminRequest& asked, Jobs& jobs,
                                                       std::shared_ptr<Waiter> waiter);

// A request under /_squire/, /_localstack/ or /_aws/ and who answers it.
struct Route {
  std::string_view method;
  std::string_view path;  // each `{name}` stands for one part
  std::string_view help;
  SiteReply (*answer)(AdminRequest&);
};
const std::vector<Route>& routes();

// ---- as JSON -----------------------------------------------------------------------------------

Json to_json(TimePoint time);  // null for the epoch
Json to_json(const engine::ClientPtr& client);
Json to_json(const MessageAttributes& attributes);
Json to_json(const engine::OutboxRow& row);

}  // namespace squire::admin
