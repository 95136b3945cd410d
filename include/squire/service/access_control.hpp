// Authentication and authorization of requests, with `auth: sigv4`.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "squire/access/signature.hpp"
#include "squire/core/clock.hpp"
#include "squire/core/error.hpp"
#include "squire/core/mutex.hpp"
#include "squire/engine/delivery_guard.hpp"
#include "squire/engine/queue.hpp"
#include "squire/engine/topic.hpp"
#include "squire/wire/field.hpp"

namespace squire::service {

class Call;
struct Service;

// What a decoded request says that permissions may depend on. Looks into the request.
struct Mentions {
  using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

  Pairs texts;  // members that are text, by their names in the model
  Pairs tags;
  std::vector<std::string_view> tag_keys;

  // Empty if the member is absent.
  std::string_view find(std::string_view name) const;
};

// What a request wants to do something to.
struct Target {
  std::string arn;
  std::string account;
  // Another permission than the action's own, for what is touched besides.
  std::string_view permission = {};
  std::shared_ptr<engine::Queue> queue = nullptr;  // if it is one, and exists
  std::shared_ptr<engine::Topic> topic = nullptr;
};

// How a service words a refusal.
struct DenialStyle {
  Errc code = Errc::AccessDenied;
  std::string_view prefix;     // of actions: "sqs:"
  bool is_lower_case = false;  // "sqs:sendmessage"
};

// Where a request comes from, as far as policies ask.
struct Origin {
  const access::Key* key = nullptr;  // that signed it; null: nobody
  std::string_view address;
  std::string_view user_agent;
  bool is_secure = false;
};

// The compiled policies of queues and topics. Thread-safe.
class PolicyCache {
 public:
  static constexpr std::size_t kPoliciesMax = 1024;

  // Null for null. Known by the text's place in memory, which the settings of a queue or topic keep
  // until they change.
  std::shared_ptr<const access::Policy> compiled(
      const std::shared_ptr<const std::string>& text) const;

 private:
  struct Entry {
    std::weak_ptr<const std::string> text;
    std::shared_ptr<const access::Policy> policy;
  };

  mutable Mutex mutex_{LockRank::Leaf};
  mutable std::unordered_map<const std::string*, Entry> entries_ GUARDED_BY(mutex_);
};

// Says who asks and whether he may: for requests, and for topics that send to queues.
// Thread-safe: constant but for its caches.
class AccessControl final : public engine::DeliveryGuard {
 public:
  // `wall_clock` tells the time of the outside world, in which clients sign. It outlives this.
  AccessControl(std::vector<access::Key> keys, std::string admin_token, const Clock& wall_clock);

  // As access::Verifier.
  Result<access::Verified> verify(const access::SignedRequest& request,
                                  std::string_view service) const;
  // Whether it is "Bearer <admin_token>", with anything behind a comma.
  bool is_admin(std::string_view authorization) const;
  bool has_admin_token() const { return !admin_token_.empty(); }

  // Whether the call may do that to what its request mentions. `is_open`: nobody must sign for it.
  Result<void> check(const Call& call, std::string_view action, bool is_open,
                     const Mentions& mentions) const;

  bool allows(const engine::Subscription& subscription, const engine::Queue& queue) const override;

 private:
  void describe(const Call& call, const Mentions& mentions, access::Context& context) const;
  void add_time(access::Context& context) const;
  Result<void> check_target(const Call& call, std::string_view action, const Target& target,
                            const Mentions& mentions) const;

  const access::Verifier verifier_;
  const std::string admin_token_;
  const Clock& wall_clock_;
  PolicyCache policies_;
};

// A call that has to be authorized, and what for.
struct Permit {
  const AccessControl& control;
  const Service& service;
  Origin origin;
};

// Collects a request's mentions, by its fields().
template <typename Request>
Mentions mentions_of(const Request& request) {
  Mentions mentions;
  wire::for_each_field<Request>([&](const auto& field) {
    const auto& value = request.*field.member;
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::string>) {
      mentions.texts.emplace_back(field.name, value);
    } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
      if (field.name != "TagKeys") return;
      mentions.tag_keys.assign(value.begin(), value.end());
    } else if constexpr (wire::kIsMap<Value> || wire::kIsVector<Value>) {
      if (field.name != "Tags" && field.name != "tags") return;
      for (const auto& tag : value) {
        if constexpr (requires { tag.key; }) {
          mentions.tags.emplace_back(tag.key, tag.value);
        } else if constexpr (requires { std::string_view(tag.second); }) {
          mentions.tags.emplace_back(tag.first, tag.second);
        }
      }
    }
  });
  return mentions;
}

}  // namespace squire::service
