// A request and its policies in one row.
#pragma once

#include <string>
#include <string_view>

#include "squire/access/policy.hpp"

namespace squire::test {

// "alice@111122223333", "root@111122223333", "sns.amazonaws.com" or "anonymous".
inline access::Principal parse_principal(std::string_view text) {
  using access::Principal;
  const auto at = text.find('@');
  if (text == "anonymous") return {};
  if (at == std::string_view::npos) return Principal::service(std::string(text));
  const std::string name(text.substr(0, at));
  const std::string account(text.substr(at + 1));
  return name == "root" ? Principal::root(account) : Principal::user(account, name);
}

// "queue1" and "topic1" belong to account 123456789012.
inline std::string expand_resource(std::string_view text) {
  const std::string name(text);
  if (name.starts_with("queue")) return "arn:aws:sqs:us-east-1:123456789012:" + name;
  if (name.starts_with("topic")) return "arn:aws:sns:us-east-1:123456789012:" + name;
  return name;
}

inline std::string_view take_word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

inline std::string_view to_word(access::Decision::Verdict verdict) {
  using Verdict = access::Decision::Verdict;
  switch (verdict) {
    case Verdict::Allowed:
      return "allowed";
    case Verdict::DeniedByIdentityPolicy:
      return "denied by identity";
    case Verdict::DeniedByResourcePolicy:
      return "denied by resource";
    case Verdict::NotAllowedByIdentityPolicy:
      return "not allowed by identity";
    case Verdict::NotAllowedByResourcePolicy:
      return "not allowed by resource";
    case Verdict::NeverShared:
      break;
  }
  return "never shared";
}

// Decides "<principal> <action> <resource> [owner-only] [key=value ...]"; an empty policy is none.
// "malformed: …" if a policy cannot be read.
inline std::string decide_row(std::string_view request, std::string_view identity,
                              std::string_view resource, std::string* reason = nullptr) {
  using access::Policy;
  const auto principal = parse_principal(take_word(request));
  const auto action = take_word(request);
  const auto arn = expand_resource(take_word(request));
  access::Context context;
  access::describe(principal, context);
  bool is_owner_only = false;
  while (!request.empty()) {
    auto value = take_word(request);
    if (value == "owner-only") {
      is_owner_only = true;
      continue;
    }
    const auto equals = value.find('=');
    context.add(value.substr(0, equals), value.substr(equals + 1));
  }
  std::shared_ptr<const Policy> policies[2];
  for (const auto& [text, kind] :
       {std::pair{identity, Policy::Kind::Identity}, {resource, Policy::Kind::Resource}}) {
    if (text.empty()) continue;
    auto compiled = Policy::compile(text, kind);
    if (compiled.has_error()) return "malformed: " + compiled.error().message;
    policies[kind == Policy::Kind::Resource] = *std::move(compiled);
  }
  // arn:aws:<service>:<region>:<account>:…
  std::string_view account = arn;
  for (int i = 0; i < 4; ++i) account.remove_prefix(account.find(':') + 1);
  account = account.substr(0, account.find(':'));
  const auto decision = access::decide({principal, action, arn, account, context, is_owner_only},
                                       policies[0].get(), policies[1].get());
  if (reason) *reason = decision.reason;
  return std::string(to_word(decision.verdict));
}

}  // namespace squire::test
