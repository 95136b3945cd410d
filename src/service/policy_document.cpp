#include "squire/service/policy_document.hpp"

#include <nlohmann/json.hpp>

#include "squire/core/text.hpp"

namespace squire::service {
namespace {

constexpr int kDepthMax = 32;

template <typename Document>
Document parse(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max || !is_shallow(text, kDepthMax))
    return Document(Document::value_t::discarded);
  return Document::parse(text, nullptr, false);
}

// The statements of a policy as an array, which one alone need not be.
Json& statements_of(Json& policy) {
  Json& statements = policy["Statement"];
  if (statements.is_object()) statements = Json::array({statements});
  if (!statements.is_array()) statements = Json::array();
  return statements;
}

bool has_label(const Json& statement, std::string_view label) {
  return statement.is_object() && statement.value("Sid", Json()) == label;
}

// One string stands for itself, several for an array, as AWS prints them.
Json one_or_many(std::vector<std::string> values) {
  if (values.size() == 1) return Json(values.front());
  return Json(values);
}

}  // namespace

Json parse_document(std::string_view text, std::size_t bytes_max) {
  return parse<Json>(text, bytes_max);
}

bool is_same_json(std::string_view a, std::string_view b, std::size_t bytes_max) {
  if (a.empty() || b.empty()) return a == b;
  return parse<nlohmann::json>(a, bytes_max) == parse<nlohmann::json>(b, bytes_max);
}

std::optional<std::string> add_statement(Json policy, const Grant& grant) {
  Json& statements = statements_of(policy);
  for (const auto& statement : statements) {
    if (has_label(statement, grant.label)) return std::nullopt;
  }
  std::vector<std::string> principals;
  for (const auto& id : grant.account_ids) principals.push_back("arn:aws:iam::" + id + ":root");
  statements.push_back(Json{{"Sid", grant.label},
                            {"Effect", "Allow"},
                            {"Principal", {{"AWS", one_or_many(std::move(principals))}}},
                            {"Action", one_or_many(grant.actions)},
                            {"Resource", grant.resource}});
  return policy.dump();
}

std::optional<std::string> remove_statement(Json policy, std::string_view label) {
  if (!policy.is_object()) return std::nullopt;
  Json& statements = statements_of(policy);
  for (auto statement = statements.begin(); statement != statements.end(); ++statement) {
    if (!has_label(*statement, label)) continue;
    statements.erase(statement);
    return statements.empty() ? std::string() : policy.dump();
  }
  return std::nullopt;
}

}  // namespace squire::service
