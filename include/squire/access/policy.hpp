// Who may do what: access policies as IAM, SQS and SNS write them. Compiled once, asked often.
// Source: "Policy evaluation logic" and "IAM JSON policy elements", IAM user guide.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "squire/core/error.hpp"

namespace squire::access {

struct Statement;

// Who asks.
struct Principal {
  enum class Kind { Anonymous, Root, User, Service };

  Kind kind = Kind::Anonymous;
  std::string account = {};  // Root, User: 12 digits
  std::string name = {};     // User: its name; Service: "sns.amazonaws.com"
  std::string arn = {};      // Root, User

  static Principal root(const std::string& account);
  static Principal user(const std::string& account, const std::string& name);
  static Principal service(std::string name);
};

// What is known of a request when conditions are judged: keys, which know no upper and lower case,
// and their values. Filled by one thread, then only read.
class Context {
 public:
  // Longer values are cut. Nothing that policies compare is as long; matching stays cheap.
  static constexpr std::size_t kValueBytesMax = 2048;
  // Values beyond are dropped; tags are at most 50.
  static constexpr std::size_t kValuesMax = 256;

  // One more value of the key.
  void add(std::string_view key, std::string_view value);
  // Null if the key is absent. `key` is in lower case.
  const std::vector<std::string>* find(std::string_view key) const;

 private:
  std::vector<std::pair<std::string, std::vector<std::string>>> values_;
};

// A policy, compiled. Immutable, and so safe to share.
class Policy {
 public:
  enum class Kind {
    Identity,  // of a user: says what he may do
    Resource,  // of a queue or topic: says who may do what with it
  };
  static constexpr std::size_t kBytesMax = 65'536;
  static constexpr std::size_t kTextBytesMax = 2048;  // of any string in it

  // InvalidParameter with a sentence that says what is wrong and where. Strict: a policy that is
  // not understood in full is none.
  static Result<std::shared_ptr<const Policy>> compile(std::string_view json, Kind kind);
  // Stands for a resource's policy that cannot be read: forbids everything, since what it would
  // forbid is unknown.
  static std::shared_ptr<const Policy> unreadable(std::string why);

  // Whether a condition or variable asks for aws:ResourceTag, which costs a look at the resource.
  bool asks_for_resource_tags() const { return asks_for_resource_tags_; }
  const std::vector<Statement>& statements() const { return statements_; }
  const std::string& why_unreadable() const { return why_unreadable_; }

  ~Policy();
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;

 private:
  Policy();

  std::vector<Statement> statements_;
  bool asks_for_resource_tags_ = false;
  std::string why_unreadable_;
};

// One thing that somebody wants to do. What it refers to outlives the decision.
struct AccessRequest {
  const Principal& principal;
  std::string_view action;            // "sqs:SendMessage"; a batch asks for the single action
  std::string_view resource;          // ARN
  std::string_view resource_account;  // its owner
  const Context& context;
  bool is_owner_only = false;  // nobody else can, whatever policies say
};

struct Decision {
  enum class Verdict {
    Allowed,
    DeniedByIdentityPolicy,  // by a statement that says so
    DeniedByResourcePolicy,
    NotAllowedByIdentityPolicy,  // no statement allows it
    NotAllowedByResourcePolicy,
    NeverShared,  // only the owner's account can, whatever policies say
  };

  Verdict verdict;
  std::string reason;  // a sentence: which statement of which policy

  bool is_allowed() const { return verdict == Verdict::Allowed; }
};

// A Deny anywhere wins. Within the owner's account one of the policies must allow it, from another
// account both must; a service and somebody unsigned need the resource's policy. Without an
// identity policy, root or user may do whatever his account may.
Decision decide(const AccessRequest& request, const Policy* identity, const Policy* resource);

// Adds what the principal itself says: aws:PrincipalArn, aws:username and their like.
void describe(const Principal& principal, Context& context);

// The permission an action asks for: a batch asks for that of its single action.
constexpr std::string_view permission_of(std::string_view action) {
  constexpr std::string_view kBatch = "Batch";
  return action.substr(0, action.size() - (action.ends_with(kBatch) ? kBatch.size() : 0));
}

}  // namespace squire::access
