// Access policies and what they decide. An input is two texts with a zero byte between them: a
// policy, and what the request says of itself in every condition key.
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/check.hpp"
#include "squire/access/policy.hpp"

namespace squire::fuzz {
namespace {

using access::Policy;
using access::Principal;
using Verdict = access::Decision::Verdict;

void judge(std::string_view json, std::string_view value, Policy::Kind kind) {
  const auto compiled = Policy::compile(json, kind);
  if (compiled.has_error()) {
    check(compiled.error().code == errors::kInvalidParameterValue,
          "a bad policy is a bad parameter");
    check(!compiled.error().message.empty(), "and it is said why");
    return;
  }
  const bool is_identity = kind == Policy::Kind::Identity;
  for (const auto& principal :
       {Principal::root("000000000000"), Principal::user("111122223333", "alice"),
        Principal::service("sns.amazonaws.com"), Principal{}}) {
    access::Context context;
    access::describe(principal, context);
    for (const char* key : {"aws:SourceArn", "aws:SourceIp", "aws:CurrentTime", "aws:TagKeys"}) {
      context.add(key, value);
    }
    const access::AccessRequest request{principal, "sqs:SendMessage",
                                        "arn:aws:sqs:us-east-1:000000000000:q", "000000000000",
                                        context};
    const auto decision = is_identity ? access::decide(request, compiled->get(), nullptr)
                                      : access::decide(request, nullptr, compiled->get());
    check(!decision.reason.empty(), "a decision has a reason");
    if (decision.is_allowed() && principal.account != "000000000000") {
      check(!is_identity, "an identity's policy gives nothing of another account");
    }
    if (decision.verdict == Verdict::DeniedByIdentityPolicy) check(is_identity, "the right policy");
  }
}

}  // namespace
}  // namespace squire::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace squire;
  const auto [policy, value] = fuzz::split(data, size);
  fuzz::judge(policy, value, access::Policy::Kind::Resource);
  fuzz::judge(policy, value, access::Policy::Kind::Identity);
  return 0;
}
