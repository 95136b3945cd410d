#include <algorithm>

#include "access/statement.hpp"

namespace squire::access {
namespace {

using Match = PrincipalList::Match;
using Verdict = Decision::Verdict;

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool has_account(const Principal& principal) {
  return principal.kind == Principal::Kind::Root || principal.kind == Principal::Kind::User;
}

// What a policy has to say to a request.
struct Finding {
  const Statement* denies = nullptr;
  const Statement* allows = nullptr;     // whoever asks, by himself
  const Statement* delegates = nullptr;  // to the account of whoever asks
};

Finding search(const Policy& policy, const AccessRequest& request, Policy::Kind kind) {
  Finding finding;
  for (const auto& statement : policy.statements()) {
    const auto match =
        kind == Policy::Kind::Identity ? Match::Direct : statement.match(request.principal);
    if (match == Match::None || !statement.is_about(request)) continue;
    const Statement*& slot = !statement.is_allow      ? finding.denies
                             : match == Match::Direct ? finding.allows
                                                      : finding.delegates;
    if (slot == nullptr) slot = &statement;
  }
  return finding;
}

Decision decided(Verdict verdict, std::string_view does, const Statement* statement,
                 std::string_view policy) {
  Decision decision{verdict, "Statement "};
  decision.reason.append(statement->label).append(" of the ").append(policy).append(" ");
  decision.reason.append(does).append(" it.");
  return decision;
}

Decision allowed(const Statement* statement, std::string_view policy) {
  return decided(Verdict::Allowed, "allows", statement, policy);
}

constexpr std::string_view kIdentity = "identity's policy";
constexpr std::string_view kResource = "resource's policy";

Decision not_allowed_by_identity() {
  return {Verdict::NotAllowedByIdentityPolicy, "No statement of the identity's policy allows it."};
}

Decision not_allowed_by_resource(const Policy* resource) {
  return {Verdict::NotAllowedByResourcePolicy,
          resource ? "No statement of the resource's policy allows it."
                   : "The resource has no policy, so it is its account's alone."};
}

// Among those who have an account, with nothing that denies.
Decision decide_allowed(const AccessRequest& request, const Policy* identity,
                        const Policy* resource, const Finding& of_identity,
                        const Finding& of_resource) {
  const bool is_owner = request.principal.account == request.resource_account;
  const bool has_identity = identity == nullptr || of_identity.allows != nullptr;
  const Statement* shares = of_resource.allows ? of_resource.allows : of_resource.delegates;
  if (is_owner) {
    if (of_identity.allows) return allowed(of_identity.allows, kIdentity);
    if (has_identity) return {Verdict::Allowed, "The resource belongs to the caller's account."};
    if (of_resource.allows) return allowed(of_resource.allows, kResource);
    return not_allowed_by_identity();
  }
  if (shares == nullptr) return not_allowed_by_resource(resource);
  if (!has_identity) return not_allowed_by_identity();
  return allowed(shares, kResource);
}

}  // namespace

PrincipalList::Match PrincipalList::match(const Principal& principal) const {
  if (has_everyone) return Match::Direct;
  if (principal.kind == Principal::Kind::Service) {
    return contains(services, principal.name) ? Match::Direct : Match::None;
  }
  if (!has_account(principal)) return Match::None;
  if (contains(arns, principal.arn)) return Match::Direct;
  if (!contains(accounts, principal.account)) return Match::None;
  return principal.kind == Principal::Kind::Root ? Match::Direct : Match::Account;
}

bool PrincipalList::excepts(const Principal& principal) const {
  return match(principal) == Match::Direct &&
         (has_everyone || !has_account(principal) || contains(accounts, principal.account));
}

PrincipalList::Match Statement::match(const Principal& principal) const {
  if (!is_not_principal) return principals.match(principal);
  const bool is_spared =
      is_allow ? principals.match(principal) != Match::None : principals.excepts(principal);
  return is_spared ? Match::None : Match::Direct;
}

bool Statement::is_about(const AccessRequest& request) const {
  const auto& context = request.context;
  const auto is_any = [&](const std::vector<Pattern>& patterns, std::string_view text,
                          bool ignores_case) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& pattern) {
      return pattern.matches(text, context, ignores_case);
    });
  };
  return is_any(actions, request.action, true) != is_not_action &&
         is_any(resources, request.resource, false) != is_not_resource &&
         std::all_of(conditions.begin(), conditions.end(),
                     [&](const Condition& condition) { return condition.holds(context); });
}

Decision decide(const AccessRequest& request, const Policy* identity, const Policy* resource) {
  if (resource && !resource->why_unreadable().empty()) {
    return {Verdict::DeniedByResourcePolicy,
            "The resource's policy cannot be read: " + resource->why_unreadable()};
  }
  const auto of_identity =
      identity ? search(*identity, request, Policy::Kind::Identity) : Finding{};
  const auto of_resource =
      resource ? search(*resource, request, Policy::Kind::Resource) : Finding{};
  if (of_identity.denies) {
    return decided(Verdict::DeniedByIdentityPolicy, "denies", of_identity.denies, kIdentity);
  }
  if (of_resource.denies) {
    return decided(Verdict::DeniedByResourcePolicy, "denies", of_resource.denies, kResource);
  }
  const bool is_foreign = request.principal.account != request.resource_account;
  if (is_foreign && request.is_owner_only) {
    return {Verdict::NeverShared, "Only the account that owns the resource can do it."};
  }
  if (has_account(request.principal)) {
    return decide_allowed(request, identity, resource, of_identity, of_resource);
  }
  return of_resource.allows ? allowed(of_resource.allows, kResource)
                            : not_allowed_by_resource(resource);
}

void describe(const Principal& principal, Context& context) {
  switch (principal.kind) {
    case Principal::Kind::Anonymous:
      context.add("aws:PrincipalType", "Anonymous");
      context.add("aws:userid", "anonymous");
      return;
    case Principal::Kind::Service:
      context.add("aws:PrincipalIsAWSService", "true");
      context.add("aws:PrincipalServiceName", principal.name);
      return;
    case Principal::Kind::Root:
      context.add("aws:PrincipalType", "Account");
      context.add("aws:userid", principal.account);
      break;
    case Principal::Kind::User:
      context.add("aws:PrincipalType", "User");
      context.add("aws:username", principal.name);
      context.add("aws:userid", principal.name);
      break;
  }
  context.add("aws:PrincipalArn", principal.arn);
  context.add("aws:PrincipalAccount", principal.account);
  context.add("aws:PrincipalIsAWSService", "false");
  context.add("aws:SourceOwner", principal.account);
}

}  // namespace squire::access
