#include "sqs/policy_targets.hpp"
#include "sqs/queue_url.hpp"
#include "squire/sqs/actions.hpp"

namespace squire::sqs {
namespace {

constexpr auto kTable = Actions::table();

constexpr service::Service kService{
    .name = "sqs",
    .dialect = {.json_target = "AmazonSQS",
                .json_namespace = "com.amazonaws.sqs",
                .query_version = "2012-11-05",
                .xml_namespace = "http://queue.amazonaws.com/doc/2012-11-05/",
                .unversioned_xml_namespace = "http://queue.amazonaws.com/doc/2009-02-01/"},
    .actions = kTable,
    .denial = {errors::kAccessDenied, "sqs:", true},
    .policy_targets = &policy_targets,
    .path_parameter = &path_parameter};

}  // namespace

const service::Service& service() {
  return kService;
}

}  // namespace squire::sqs
