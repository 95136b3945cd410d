#include <array>

#include "sns/api/policy_targets.hpp"
#include "sns/delivery/signer.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

constexpr auto kTable = Actions::table();
static_assert(kTable.size() == 42);

constexpr std::array<std::string_view, 2> kHosts = {"sns.*", "sns-fips.*"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kConditionKeys = {
    {{"Protocol", "sns:Protocol"}, {"Endpoint", "sns:Endpoint"}}};

bool is_used(engine::Broker& broker) {
  return broker.topics().count() > 0;
}

constexpr service::Service kService{
    .name = "sns",
    .dialect = {.query_version = "2010-03-31",
                .xml_namespace = "http://sns.amazonaws.com/doc/2010-03-31/",
                .unversioned_xml_namespace = "http://sns.amazonaws.com/doc/2010-03-31/",
                .has_error_detail = false,
                .missing_rule = wire::MissingRule::Constraint},
    .actions = kTable,
    .hosts = kHosts,
    .denial = {errors::kAuthorizationError, "SNS:", false},
    .condition_keys = kConditionKeys,
    .policy_targets = &policy_targets,
    .page = &certificate_page,
    .is_used = &is_used};

}  // namespace

const service::Service& service() {
  return kService;
}

}  // namespace squire::sns
