// Authentication and authorization of requests, with `auth: sigv4`.
#pragma once

#include <cstdint>
#include <functional>
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
#include "squire/engine/queue/queue.hpp"
#include "squire/engine/topic/topic.hpp"
#include "squire/wire/field.hpp"

namespace squire::service {

class Call;
struct Service;

// What a decoded request says that permissions may depend on. Looks into the request.
struct PolicyInputs {
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
  Errc code = errors::kAccessDenied;
  std::string_view prefix = {};  // of actions: "<service>:"
  bool is_lower_case = false;    // of the action's name
};

// Where a request comes from, as far as policies ask.
struct Origin {
  access::KeyPtr key;  // that signed it; null: nobody
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

// Secrets that open something without a signature, as "Authorization: Bearer <token>". An empty one
// opens nothing.
struct Tokens {
  std::string admin = {};    // everything
  std::string viewer = {};   // looking at /_squire/
  std::string metrics = {};  // reading /metrics
};

// Which of them a request has sent.
enum class Bearer : std::uint8_t { Nobody, Stranger, Metrics, Viewer, Admin };

// Somebody who is not who he says.
struct Refusal {
  std::string_view access_key;  // as he says; empty: he sent a token
  std::string_view action;      // or method and path
  std::string_view address;
  std::string_view reason;
};

// Words refusals for the log, as many a minute as a reader can use: who guesses keys must not fill
// the disk. Thread-safe.
class RefusalLog {
 public:
  static constexpr std::size_t kLinesPerMinute = 60;
  using Sink = std::function<void(const std::string& line)>;

  // Without a sink nothing is told. It is called on the thread that refuses, and under no lock.
  explicit RefusalLog(Sink sink) : sink_(std::move(sink)) {}

  void tell(const Refusal& refusal, TimePoint now) const;

 private:
  const Sink sink_;
  mutable Mutex mutex_{LockRank::Leaf};
  mutable TimePoint minute_ GUARDED_BY(mutex_);
  mutable std::size_t lines_ GUARDED_BY(mutex_) = 0;
  mutable std::size_t untold_ GUARDED_BY(mutex_) = 0;
};

// The resource that a service acts for.
struct Source {
  std::string arn;
  std::string_view account;
};

// Says who asks and whether he may: for requests, and for services that send to queues.
// Thread-safe: constant but for its keys and caches.
class AccessControl {
 public:
  // `wall_clock` tells the time of the outside world, in which clients sign. It outlives this.
  AccessControl(std::vector<access::Key> keys, Tokens tokens, const Clock& wall_clock,
                RefusalLog::Sink on_refusal = nullptr);

  // From now on these keys count; who was verified by one of the others stays so. Throws as
  // access::Verifier, and then changes nothing.
  void use_keys(std::vector<access::Key> keys);

  // As access::Verifier.
  Result<access::Verified> verify(const access::SignedRequest& request,
                                  std::string_view service) const;
  // As access::Verifier.
  bool recognizes(const access::SignedRequest& head, std::string_view service) const;
  // By an Authorization header: "Bearer <token>", perhaps with ", Credential=..." behind it.
  Bearer bearer_of(std::string_view authorization) const;
  bool is_admin(std::string_view authorization) const {
    return bearer_of(authorization) == Bearer::Admin;
  }
  bool has_admin_token() const { return !tokens_.admin.empty(); }
  bool has_token() const {
    return has_admin_token() || !tokens_.viewer.empty() || !tokens_.metrics.empty();
  }
  void log(const Refusal& refusal) const { refusals_.tell(refusal, wall_clock_.now()); }

  // Whether the call may do that to what its request mentions. `is_open`: nobody must sign for it.
  Result<void> check(const Call& call, std::string_view action, bool is_open,
                     const PolicyInputs& inputs) const;

  // Whether the queue's policy lets a service of AWS do that, for a resource of its own.
  bool allows(const access::Principal& service, std::string_view permission, const Source& source,
              const engine::Queue& queue) const;

 private:
  void describe(const Call& call, const PolicyInputs& inputs, access::Context& context) const;
  void add_time(access::Context& context) const;
  Result<void> check_target(const Call& call, std::string_view action, const Target& target,
                            const PolicyInputs& inputs) const;

  std::shared_ptr<const access::Verifier> verifier() const;

  const Tokens tokens_;
  const Clock& wall_clock_;
  const RefusalLog refusals_;
  PolicyCache policies_;
  mutable Mutex mutex_{LockRank::Leaf};
  std::shared_ptr<const access::Verifier> verifier_ GUARDED_BY(mutex_);
};

// A call that has to be authorized, and what for.
struct Authorization {
  const AccessControl& control;
  const Service& service;
  Origin origin;
};

// Collects a request's policy inputs, by its fields().
template <typename Request>
PolicyInputs policy_inputs_of(const Request& request) {
  PolicyInputs inputs;
  wire::for_each_field<Request>([&](const auto& field) {
    const auto& value = request.*field.member;
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::string>) {
      inputs.texts.emplace_back(field.name, value);
    } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
      if (field.name != "TagKeys") return;
      inputs.tag_keys.assign(value.begin(), value.end());
    } else if constexpr (wire::kIsMap<Value> || wire::kIsVector<Value>) {
      if (field.name != "Tags" && field.name != "tags") return;
      for (const auto& tag : value) {
        if constexpr (requires { tag.key; }) {
          inputs.tags.emplace_back(tag.key, tag.value);
        } else if constexpr (requires { std::string_view(tag.second); }) {
          inputs.tags.emplace_back(tag.first, tag.second);
        }
      }
    }
  });
  return inputs;
}

}  // namespace squire::service
