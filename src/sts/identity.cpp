#include "squire/core/ascii.hpp"
#include "squire/core/digest.hpp"
#include "squire/sts/actions.hpp"

namespace squire::sts {
namespace {

// As long as those of IAM and made of their characters, the same for a user whenever he asks.
std::string user_id(std::string_view arn) {
  return to_upper("AIDA" + sha256_hex(arn).substr(0, 17));
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

}  // namespace squire::sts
