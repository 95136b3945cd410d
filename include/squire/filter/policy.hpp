// Which subscriptions a message is for (SNS Developer Guide, "Subscription filter policies").
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "squire/core/error.hpp"
#include "squire/core/message_attributes.hpp"

namespace squire::filter {

enum class Scope : std::uint8_t { MessageAttributes, MessageBody };

// What is wrong with a text that should be JSON, as SNS words it: "failed to parse JSON. Unexpected
// …"; nothing if it is JSON.
std::optional<std::string> json_complaint(std::string_view text);

// A filter policy, compiled once and then matched against many messages. Immutable; shared by its
// subscription and the topic's index.
class Policy {
 public:
  // An error with the bare reason ("Filter policy can not have more than 5 keys") if the
  // text is no policy, or one beyond the service's limits. "{}" and "" compile to null: no filter.
  static Result<std::shared_ptr<const Policy>> compile(std::string_view json, Scope scope);

  struct Program;  // src/filter/program.hpp
  explicit Policy(std::unique_ptr<const Program> program);
  ~Policy();

  Scope scope() const;
  const Program& program() const { return *program_; }

  // Alone, without an index: for a try-out, and for tests.
  bool matches(const MessageAttributes& attributes, std::string_view body) const;

 private:
  const std::unique_ptr<const Program> program_;
};

// The subscriptions of a topic by what their policies ask for, so that a publish looks at those it
// may be for instead of at all of them. Not thread-safe: the topic guards it; match() is const and
// may run in several threads at once.
class Index {
 public:
  using Key = std::uint64_t;  // of a subscription; the caller's

  Index();
  ~Index();

  // A null policy matches every message.
  void add(Key key, std::shared_ptr<const Policy> policy);
  void remove(Key key);

  // The keys of all subscriptions the message is for, ascending. The body is parsed once, and only
  // if some policy asks for it; a body that is no JSON object matches no policy on it.
  void match(const MessageAttributes& attributes, std::string_view body,
             std::vector<Key>& out) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace squire::filter
