#include <array>

#include "sqs/policy_targets.hpp"
#include "sqs/queue_url.hpp"
#include "squire/sqs/actions.hpp"

namespace squire::sqs {
namespace {

constexpr auto kTable = Actions::table();

// The two with "queue" are those of the first years, in which clients may have been set up.
constexpr std::array<std::string_view, 4> kHosts = {"sqs.*", "sqs-fips.*", "queue", "*.queue"};

// "Cross-account permissions don't apply to the following actions", SQS developer guide.
constexpr std::array<std::string_view, 12> kOwnerOnly = {AddPermission::name,
                                                         CancelMessageMoveTask::name,
                                                         CreateQueue::name,
                                                         DeleteQueue::name,
                                                         ListMessageMoveTasks::name,
                                                         ListQueues::name,
                                                         ListQueueTags::name,
                                                         RemovePermission::name,
                                                         SetQueueAttributes::name,
                                                         StartMessageMoveTask::name,
                                                         TagQueue::name,
                                                         UntagQueue::name};

bool is_used(engine::Broker& broker) {
  return broker.queue_count() > 0;
}

constexpr service::Service kService{
    .name = "sqs",
    .dialect = {.json_target = "AmazonSQS",
                .json_namespace = "com.amazonaws.sqs",
                .query_version = "2012-11-05",
                .xml_namespace = "http://queue.amazonaws.com/doc/2012-11-05/",
                .unversioned_xml_namespace = "http://queue.amazonaws.com/doc/2009-02-01/"},
    .actions = kTable,
    .hosts = kHosts,
    .denial = {errors::kAccessDenied, "sqs:", true},
    .owner_only = kOwnerOnly,
    .policy_targets = &policy_targets,
    .path_parameter = &path_parameter,
    .is_used = &is_used};

}  // namespace

const service::Service& service() {
  return kService;
}

}  // namespace squire::sqs
