#include "admin/admin_request.hpp"

namespace squire::admin {
namespace {

constexpr std::string_view kMessagesPath = "/_aws/sqs/messages";
constexpr std::string_view kMessagesOfPath = "/_aws/sqs/messages/{region}/{account}/{queue}";

}  // namespace

const std::vector<Route>& routes() {
  static const std::vector<Route> kRoutes = {
      {"GET", "/_squire/", "this list", &list_endpoints},
      {"GET", "/_squire/health", "200 when everything is ready", &show_health},
      {"GET", "/_squire/version", "the version", &show_version},
      {"GET", "/_squire/certificate", "the self-signed certificate, for clients to trust it",
       &show_certificate},
      {"GET", "/_squire/settings", "the settings in force", &show_settings},
      {"GET", "/_squire/overview", "the daemon in numbers", &show_overview},
      {"GET", "/_squire/queues", "all queues: ?search= ?sort= ?limit= ?after=", &list_queues},
      {"GET", "/_squire/queues/{name}", "one queue", &show_queue},
      {"GET", "/_squire/queues/{name}/messages",
       "its messages, without receiving them: ?state=visible, inFlight or delayed", &peek_messages},
      {"GET", "/_squire/topics", "all topics: ?search= ?limit= ?after=", &list_topics},
      {"GET", "/_squire/topics/{name}", "one topic", &show_topic},
      {"GET", "/_squire/topics/{name}/subscriptions", "its subscriptions", &list_subscriptions},
      {"POST", "/_squire/filter", "tries a filter policy against a message", &try_filter},
      {"GET", "/_squire/messages", "what happened to messages: ?trace=<AWSTraceHeader>",
       &find_messages},
      {"GET", "/_squire/messages/{id}", "what happened to a message", &show_message},
      {"GET", "/_squire/deliveries", "what waits for endpoints: ?subscription=<arn>",
       &list_deliveries},
      {"GET", "/_squire/outbox", "emails, SMS and pushes: ?protocol= ?endpoint=", &show_outbox},
      {"DELETE", "/_squire/outbox", "forgets them: ?protocol= ?endpoint=", &clear_outbox},
      {"POST", "/_squire/reset", "deletes everything, or what is of ?account=", &reset},
      {"GET", kExportPath, "the whole state as one file", &refuse_state},
      {"PUT", kImportPath, "replaces everything by such a file", &refuse_state},
      {"POST", kImportPath, "the same", &refuse_state},
      {"GET", "/_squire/console", "the console, for a browser",
       [](AdminRequest&) { return show_console(); }},
      {"GET", "/metrics", "counts and gauges for Prometheus", &show_metrics},
      {"GET", "/_squire/faults", "with testing: what goes wrong on purpose", &list_faults},
      {"POST", "/_squire/faults",
       "with testing: {\"effect\": \"throttle\", \"action\": \"SendMessage\"} adds some",
       &add_fault},
      {"DELETE", "/_squire/faults", "with testing: ends all", &remove_faults},
      {"DELETE", "/_squire/faults/{id}", "with testing: ends one", &remove_fault},
      {"GET", "/_squire/clock", "with testing: the broker's time", &show_clock},
      {"POST", "/_squire/clock", "with testing: {\"advance\": \"6m\"} moves it", &move_clock},
      {"GET", "/_squire/wait",
       "with testing: answers once ?queue= has ?until=visible==0, at most ?timeout=30s",
       &refuse_wait},
      {"GET", "/_localstack/health", "health, as LocalStack words it", &show_health},
      {"POST", "/_localstack/health", "{\"action\": \"restart\"} is a reset", &command_localstack},
      {"GET", "/_localstack/info", "version and uptime, as LocalStack words them",
       &show_localstack_info},
      {"GET", "/_localstack/init", "the init scripts and how far they are", &show_init},
      {"GET", "/_localstack/init/{stage}", "those of a stage; all are of ready", &show_init_stage},
      {"POST", "/_localstack/state/reset", "deletes everything", &reset},
      {"GET", kMessagesPath, "messages of ?QueueUrl=, without receiving them",
       &show_localstack_messages},
      {"POST", kMessagesPath, "the same, for an SDK pointed there", &show_localstack_messages},
      {"GET", kMessagesOfPath, "likewise of that queue: ?ShowInvisible=true ?ShowDelayed=true",
       &show_localstack_messages},
      {"POST", kMessagesOfPath, "the same", &show_localstack_messages},
      {"GET", "/_aws/sns/sms-messages", "SMS sent: ?phoneNumber=", &show_sms_messages},
      {"DELETE", "/_aws/sns/sms-messages", "forgets them", &remove_sms_messages},
      {"GET", "/_aws/sns/platform-endpoint-messages",
       "mobile pushes sent: ?endpointArn=", &show_push_messages},
      {"DELETE", "/_aws/sns/platform-endpoint-messages", "forgets them", &remove_push_messages},
      {"GET", "/_aws/sns/subscription-tokens/{arn}", "the token that confirms a subscription",
       &show_subscription_token},
  };
  return kRoutes;
}

}  // namespace squire::admin
