#include <array>

#include "squire/sts/actions.hpp"

namespace squire::sts {
namespace {

constexpr auto kTable = Actions::table();

constexpr std::array<std::string_view, 3> kHosts = {"sts", "sts.*", "sts-fips.*"};

// It has nothing that a policy could keep from whoever signs.
constexpr service::Service kService{
    .name = "sts",
    .dialect = {.json_target = "AWSSecurityTokenServiceV20110615",
                .json_namespace = "com.amazonaws.sts",
                .query_version = "2011-06-15",
                .xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/",
                .unversioned_xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/",
                .has_error_detail = false},
    .actions = kTable,
    .hosts = kHosts};

}  // namespace

const service::Service& service() {
  return kService;
}

}  // namespace squire::sts
