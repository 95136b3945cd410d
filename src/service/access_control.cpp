#include "squire/service/access_control.hpp"

#include <algorithm>
#include <utility>

#include "squire/core/ascii.hpp"
#include "squire/core/iso_time.hpp"
#include "squire/service/action.hpp"

namespace squire::service {
namespace {

using access::Principal;
using Verdict = access::Decision::Verdict;

std::string_view why(Verdict verdict) {
  switch (verdict) {
    case Verdict::DeniedByIdentityPolicy:
      return " with an explicit deny in an identity-based policy";
    case Verdict::DeniedByResourcePolicy:
      return " with an explicit deny in a resource-based policy";
    case Verdict::NotAllowedByIdentityPolicy:
      return " because no identity-based policy allows the ";
    default:
      return " because no resource-based policy allows the ";
  }
}

// As AWS puts it.
Error refusal(const DenialStyle& style, const access::AccessRequest& request, Verdict verdict) {
  const auto action = style.is_lower_case ? to_lower(request.action) : std::string(request.action);
  std::string text = "User: " + request.principal.arn;
  text.append(" is not authorized to perform: ").append(action);
  text.append(" on resource: ").append(request.resource).append(why(verdict));
  if (text.ends_with(' ')) text.append(action).append(" action");
  return {style.code, std::move(text)};
}

// Whether it is the token, and nothing behind it but for whom it is used. The token itself may have
// commas.
bool is_token(std::string_view text, std::string_view token) {
  if (token.empty() || !access::is_same_secret(text.substr(0, token.size()), token)) return false;
  auto rest = text.substr(token.size());
  if (rest.empty()) return true;
  if (!rest.starts_with(',')) return false;
  rest.remove_prefix(std::min(rest.find_first_not_of(' ', 1), rest.size()));
  return rest.starts_with("Credential=");
}

// For a line of the log: clients choose what stands there, and must not begin lines of their own.
std::string to_word(std::string_view text) {
  constexpr std::size_t kBytesMax = 200;
  std::string word(text.substr(0, kBytesMax));
  for (char& c : word) {
    if (c < ' ' || c > '~') c = '?';
  }
  return word;
}

void add_resource_tags(const Target& target, access::Context& context) {
  const auto add = [&](const engine::StringMap& tags) {
    for (const auto& [name, value] : tags) context.add("aws:ResourceTag/" + name, value);
  };
  if (target.queue) add(target.queue->row().tags);
  if (target.topic) add(target.topic->row().tags);
}

}  // namespace

std::string_view PolicyInputs::find(std::string_view name) const {
  for (const auto& [known, value] : texts) {
    if (known == name) return value;
  }
  return {};
}

std::shared_ptr<const access::Policy> PolicyCache::compiled(
    const std::shared_ptr<const std::string>& text) const {
  if (text == nullptr) return nullptr;
  {
    Lock lock(mutex_);
    const auto at = entries_.find(text.get());
    if (at != entries_.end() && at->second.text.lock() == text) return at->second.policy;
  }
  auto compiled = access::Policy::compile(*text, access::Policy::Kind::Resource);
  auto policy = compiled.has_value() ? *std::move(compiled)
                                     : access::Policy::unreadable(compiled.error().message);
  Lock lock(mutex_);
  if (entries_.size() >= kPoliciesMax) {
    std::erase_if(entries_, [](const auto& entry) { return entry.second.text.expired(); });
    if (entries_.size() >= kPoliciesMax) entries_.clear();
  }
  entries_.insert_or_assign(text.get(), Entry{text, policy});
  return policy;
}

void RefusalLog::tell(const Refusal& refusal, TimePoint now) const {
  if (!sink_) return;
  std::size_t untold = 0;
  {
    Lock lock(mutex_);
    if (now >= minute_ + std::chrono::minutes(1) || now < minute_) {
      minute_ = now;
      lines_ = 0;
      untold = std::exchange(untold_, 0);
    }
    if (lines_ == kLinesPerMinute) {
      ++untold_;
      return;
    }
    ++lines_;
  }
  if (untold > 0) sink_("refused before: " + std::to_string(untold) + " requests more");
  const auto who = refusal.access_key.empty() ? "a token" : "key " + to_word(refusal.access_key);
  sink_("refused " + who + " from " + to_word(refusal.address) + ", " + to_word(refusal.action) +
        ": " + to_word(refusal.reason));
}

AccessControl::AccessControl(std::vector<access::Key> keys, Tokens tokens, const Clock& wall_clock,
                             RefusalLog::Sink on_refusal)
    : tokens_(std::move(tokens)),
      wall_clock_(wall_clock),
      refusals_(std::move(on_refusal)),
      verifier_(std::make_shared<const access::Verifier>(std::move(keys))) {}

void AccessControl::use_keys(std::vector<access::Key> keys) {
  auto verifier = std::make_shared<const access::Verifier>(std::move(keys));
  Lock lock(mutex_);
  verifier_.swap(verifier);
}

std::shared_ptr<const access::Verifier> AccessControl::verifier() const {
  Lock lock(mutex_);
  return verifier_;
}

Result<access::Verified> AccessControl::verify(const access::SignedRequest& request,
                                               std::string_view service) const {
  return verifier()->verify(request, service, wall_clock_.now());
}

bool AccessControl::recognizes(const access::SignedRequest& head, std::string_view service) const {
  return verifier()->recognizes(head, service, wall_clock_.now());
}

Bearer AccessControl::bearer_of(std::string_view authorization) const {
  constexpr std::string_view kScheme = "Bearer";
  if (authorization != kScheme && !authorization.starts_with("Bearer ")) return Bearer::Nobody;
  authorization.remove_prefix(std::min(kScheme.size() + 1, authorization.size()));
  for (const auto& [token, bearer] : {std::pair(&tokens_.admin, Bearer::Admin),
                                      {&tokens_.viewer, Bearer::Viewer},
                                      {&tokens_.metrics, Bearer::Metrics}}) {
    if (is_token(authorization, *token)) return bearer;
  }
  return Bearer::Stranger;
}

void AccessControl::add_time(access::Context& context) const {
  const auto now = wall_clock_.now();
  context.add("aws:CurrentTime", to_iso_time(now));
  context.add("aws:EpochTime",
              std::to_string(std::chrono::floor<Seconds>(now).time_since_epoch().count()));
}

void AccessControl::describe(const Call& call, const PolicyInputs& inputs,
                             access::Context& context) const {
  const auto& origin = call.authorization->origin;
  add_time(context);
  context.add("aws:RequestedRegion", call.identity.region);
  context.add("aws:SecureTransport", origin.is_secure ? "true" : "false");
  if (!origin.address.empty()) context.add("aws:SourceIp", origin.address);
  if (!origin.user_agent.empty()) context.add("aws:UserAgent", origin.user_agent);
  for (const auto& [member, key] : call.authorization->service.condition_keys) {
    if (const auto value = inputs.find(member); !value.empty()) context.add(key, value);
  }
  for (const auto& [name, value] : inputs.tags) {
    context.add("aws:RequestTag/" + std::string(name), value);
    context.add("aws:TagKeys", name);
  }
  for (const auto name : inputs.tag_keys) context.add("aws:TagKeys", name);
}

Result<void> AccessControl::check_target(const Call& call, std::string_view action,
                                         const Target& target, const PolicyInputs& inputs) const {
  const auto& [control, service, origin] = *call.authorization;
  const auto text = target.queue   ? target.queue->settings()->policy
                    : target.topic ? target.topic->settings()->policy
                                   : nullptr;
  const auto resource = policies_.compiled(text);
  const auto* identity = origin.key ? origin.key->policy.get() : nullptr;
  const Principal principal = origin.key ? origin.key->principal : Principal{};
  access::Context context;
  if (identity || resource) {
    access::describe(principal, context);
    describe(call, inputs, context);
    if ((identity && identity->asks_for_resource_tags()) ||
        (resource && resource->asks_for_resource_tags())) {
      add_resource_tags(target, context);
    }
  }
  const auto name = access::permission_of(target.permission.empty() ? action : target.permission);
  const bool is_owner_only = std::find(service.owner_only.begin(), service.owner_only.end(),
                                       name) != service.owner_only.end();
  std::string permission(service.denial.prefix);
  permission += name;
  const access::AccessRequest request{principal,      permission, target.arn,
                                      target.account, context,    is_owner_only};
  const auto decision = access::decide(request, identity, resource.get());
  if (decision.is_allowed()) return {};
  if (origin.key == nullptr) return Error{errors::kMissingAuthenticationToken, {}};
  return refusal(service.denial, request, decision.verdict);
}

Result<void> AccessControl::check(const Call& call, std::string_view action, bool is_open,
                                  const PolicyInputs& inputs) const {
  const auto& authorization = *call.authorization;
  if (is_open && authorization.origin.key == nullptr) return {};
  if (authorization.service.policy_targets == nullptr) return {};
  SQUIRE_TRY(auto targets, authorization.service.policy_targets(call, action, inputs));
  for (auto& target : targets) {
    // Whoever has the link may do it; what remains to be asked is what his own policy says.
    if (is_open) target.account = call.identity.account;
    SQUIRE_CHECK(check_target(call, action, target, inputs));
  }
  return {};
}

bool AccessControl::allows(const Principal& service, std::string_view permission,
                           const Source& source, const engine::Queue& queue) const {
  const auto policy = policies_.compiled(queue.settings()->policy);
  if (policy == nullptr) return false;
  access::Context context;
  access::describe(service, context);
  add_time(context);
  context.add("aws:SecureTransport", "true");
  context.add("aws:SourceArn", source.arn);
  context.add("aws:SourceAccount", source.account);
  context.add("aws:SourceOwner", source.account);
  if (policy->asks_for_resource_tags()) {
    for (const auto& [name, value] : queue.row().tags) {
      context.add("aws:ResourceTag/" + name, value);
    }
  }
  return access::decide({service, permission, queue.arn(), queue.name().account, context}, nullptr,
                        policy.get())
      .is_allowed();
}

}  // namespace squire::service
