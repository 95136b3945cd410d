#include "squire/sts/actions.hpp"

#include "squire/core/digest.hpp"

namespace squire::sts {
namespace {

// Nothing that a policy could forbid.
Result<std::vector<service::Target>> policy_targets(const service::Call&, std::string_view,
                                                    const service::PolicyInputs&) {
  return std::vector<service::Target>{};
}

// As long as those of IAM and made of their characters, the same for a user whenever he asks.
std::string user_id(std::string_view arn) {
  std::string id = "AIDA" + sha256_hex(arn).substr(0, 17);
  for (char& c : id) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return id;
}

}  // namespace

Result<GetCallerIdentity::Response> GetCallerIdentity::run(service::Call& call, Request) {
  const auto& who = call.identity;
  const auto* key = call.authorization ? call.authorization->origin.key.get() : nullptr;
  if (call.authorization && key == nullptr) return Error{errors::kMissingAuthenticationToken, {}};
  const bool is_user = key != nullptr && key->principal.kind == access::Principal::Kind::User;
  return Response{is_user ? user_id(key->principal.arn) : who.account, who.account,
                  is_user ? key->principal.arn : "arn:aws:iam::" + who.account + ":root"};
}

const service::Service& service() {
  static constexpr std::array<std::string_view, 3> kHosts = {"sts", "sts.*", "sts-fips.*"};
  static constexpr auto kTable = Actions::table();
  static constexpr service::Service kService{
      .name = "sts",
      .dialect = {.json_target = "AWSSecurityTokenServiceV20110615",
                  .json_namespace = "com.amazonaws.sts",
                  .query_version = "2011-06-15",
                  .xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/",
                  .unversioned_xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/",
                  .has_error_detail = false},
      .actions = kTable,
      .hosts = kHosts,
      .denial = {errors::kAccessDenied, "sts:", false},
      .policy_targets = &policy_targets};
  return kService;
}

}  // namespace squire::sts
