#include "squire/filter/explanation.hpp"

#include <nlohmann/json.hpp>

namespace squire::filter {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShownMax = 200;  // bytes of a value in an explanation

struct Message {
  Scope scope;
  const MessageAttributes& attributes;
  std::string_view body;
  Json document;  // of the body; discarded if it is none
};

std::string shorten(std::string text) {
  if (text.size() <= kShownMax) return text;
  std::size_t end = kShownMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

// The policy `{path[0]: {path[1]: … clause}}`.
Json wrap(const std::vector<std::string>& path, Json clause) {
  for (auto key = path.rbegin(); key != path.rend(); ++key) clause = Json{{*key, clause}};
  return clause;
}

bool matches(const Message& message, const Json& policy) {
  const auto compiled = Policy::compile(policy.dump(), message.scope);
  return compiled.has_value() &&
         (!*compiled || (*compiled)->matches(message.attributes, message.body));
}

// What the message has at that path, for people.
std::string found_at(const Message& message, const std::vector<std::string>& path) {
  if (message.scope == Scope::MessageAttributes) {
    const auto at = message.attributes.find(path.front());
    if (at == message.attributes.end()) return "the message has no such attribute";
    return at->second.is_binary() ? "the attribute is binary"
                                  : "the attribute is " + shorten(Json(at->second.value).dump());
  }
  const Json* value = &message.document;
  for (const auto& key : path) {
    if (!value->is_object() || !value->contains(key)) return "the body has no such key";
    value = &(*value)[key];
  }
  return "the body has " + shorten(value->dump());
}

std::string explain(const Message& message, const Json& policy, std::vector<std::string>& path) {
  for (const auto& [key, clause] : policy.items()) {
    path.push_back(key);
    if (!matches(message, wrap(path, clause))) {
      if (clause.is_object()) {
        auto inner = explain(message, clause, path);
        if (!inner.empty()) return inner;
      }
      if (key == "$or") return "none of the alternatives of $or: " + shorten(clause.dump());
      std::string name;
      for (const auto& part : path) name.append(name.empty() ? "" : ".").append(part);
      return name + " asks for " + shorten(clause.dump()) + ", but " + found_at(message, path);
    }
    path.pop_back();
  }
  return {};
}

}  // namespace

Result<std::string> explain_mismatch(std::string_view policy, Scope scope,
                                     const MessageAttributes& attributes, std::string_view body) {
  SQUIRE_TRY(const auto compiled, Policy::compile(policy, scope));
  if (!compiled || compiled->matches(attributes, body)) return std::string();
  Message message{scope, attributes, body, Json()};
  if (scope == Scope::MessageBody) message.document = Json::parse(body, nullptr, false);
  if (message.document.is_discarded()) return std::string("the body is no JSON");
  std::vector<std::string> path;
  auto reason = explain(message, Json::parse(policy), path);
  return reason.empty() ? std::string("its clauses do not match together") : reason;
}

}  // namespace squire::filter
