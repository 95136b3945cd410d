#include "squire/access/policy.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "access/statement.hpp"
#include "squire/core/arn.hpp"
#include "squire/core/ascii.hpp"
#include "squire/core/text.hpp"

namespace squire::access {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 8;  // a condition's values stand at 5

Error invalid(std::string why) {
  return {errors::kInvalidParameterValue, std::move(why)};
}

// Of a member given twice the library keeps the last one: half a policy would go unread.
std::optional<Json> parse_strictly(std::string_view text) {
  bool has_duplicate = false;
  std::vector<std::set<std::string>> open;
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key) {
      has_duplicate |= !open.back().insert(parsed.get<std::string>()).second;
    }
    return true;
  };
  auto document = Json::parse(text, watch, false);
  if (document.is_discarded() || has_duplicate) return std::nullopt;
  return document;
}

// A text or an array of texts. Numbers and booleans are texts too where `takes_scalars`.
Result<std::vector<std::string>> read_texts(const Json& json, const std::string& place,
                                            bool takes_scalars = false) {
  std::vector<std::string> texts;
  const auto read = [&](const Json& value) {
    if (value.is_string()) {
      texts.push_back(value.get<std::string>());
    } else if (takes_scalars && (value.is_number() || value.is_boolean())) {
      texts.push_back(value.dump());
    } else {
      return false;
    }
    return texts.back().size() <= Policy::kTextBytesMax;
  };
  const bool is_good = json.is_array() ? std::all_of(json.begin(), json.end(), read) : read(json);
  if (is_good && !texts.empty()) return texts;
  return invalid(place + " must be a text or a list of texts, of at most " +
                 std::to_string(Policy::kTextBytesMax) + " bytes each");
}

// The account of "123456789012" or "arn:aws:iam::123456789012:root".
std::optional<std::string> account_of(std::string_view text) {
  constexpr std::string_view kIam = ":iam::";
  constexpr std::string_view kRoot = ":root";
  if (text.starts_with("arn:") && text.ends_with(kRoot)) {
    text.remove_suffix(kRoot.size());
    const auto iam = text.find(kIam);
    if (iam == std::string_view::npos) return std::nullopt;
    text.remove_prefix(iam + kIam.size());
  }
  if (!is_account_id(text)) return std::nullopt;
  return std::string(text);
}

Result<PrincipalList> read_principals(const Json& json, const std::string& place) {
  PrincipalList list;
  if (json == "*") {
    list.has_everyone = true;
    return list;
  }
  if (!json.is_object() || json.empty()) {
    return invalid(place + " must be \"*\", or an object such as {\"AWS\": …}");
  }
  for (const auto& [kind, value] : json.items()) {
    SQUIRE_TRY(const auto names, read_texts(value, place + "." + kind));
    for (const auto& name : names) {
      if (kind == "Service") {
        list.services.push_back(name);
      } else if (kind == "AWS") {
        const auto account = account_of(name);
        list.has_everyone |= name == "*";
        (account ? list.accounts : list.arns).push_back(account.value_or(name));
      } else if (kind != "Federated" && kind != "CanonicalUser") {
        return invalid(place + "." + kind + " is no kind of principal");
      }
    }
  }
  return list;
}

// Reads one statement.
class StatementReader {
 public:
  StatementReader(const Json& json, std::size_t number, Policy::Kind kind, bool has_variables)
      : json_(json),
        kind_(kind),
        has_variables_(has_variables),
        place_("Statement " + std::to_string(number)) {
    statement_.label = std::to_string(number);
  }

  Result<Statement> read() {
    if (!json_.is_object()) return invalid(place_ + " must be an object");
    for (const auto& [name, value] : json_.items()) SQUIRE_CHECK(read_element(name, value));
    const bool has_principal = json_.contains("Principal") || json_.contains("NotPrincipal");
    if (!json_.contains("Effect")) return invalid(place_ + " has no Effect");
    SQUIRE_CHECK(check_one_of("Action", "NotAction"));
    SQUIRE_CHECK(check_one_of("Resource", "NotResource"));
    if (kind_ == Policy::Kind::Resource) {
      SQUIRE_CHECK(check_one_of("Principal", "NotPrincipal"));
    } else if (has_principal) {
      return invalid(place_ + " names a Principal, as only a resource's policy can");
    }
    return std::move(statement_);
  }

 private:
  Result<void> check_one_of(const char* name, const char* negation) const {
    if (json_.contains(name) != json_.contains(negation)) return {};
    return invalid(place_ + " must have either " + name + " or " + negation);
  }

  Result<void> read_element(const std::string& name, const Json& value) {
    const auto place = place_ + ": " + name;
    if (name == "Sid") return read_sid(value);
    if (name == "Effect") {
      statement_.is_allow = value == "Allow";
      if (statement_.is_allow || value == "Deny") return {};
      return invalid(place + " must be Allow or Deny");
    }
    if (name == "Principal" || name == "NotPrincipal") {
      statement_.is_not_principal = name == "NotPrincipal";
      SQUIRE_TRY(statement_.principals, read_principals(value, place));
      return {};
    }
    if (name == "Action" || name == "NotAction") {
      statement_.is_not_action = name == "NotAction";
      return read_patterns(value, place, {true, false}, statement_.actions);
    }
    if (name == "Resource" || name == "NotResource") {
      statement_.is_not_resource = name == "NotResource";
      return read_patterns(value, place, {true, has_variables_}, statement_.resources);
    }
    if (name == "Condition") return read_conditions(value, place);
    return invalid(place + " is no element of a statement");
  }

  Result<void> read_sid(const Json& value) {
    if (!value.is_string()) return invalid(place_ + ": Sid must be a text");
    const auto sid = value.get<std::string>();
    if (sid.size() > Policy::kTextBytesMax) return invalid(place_ + ": Sid is too long");
    if (!sid.empty()) statement_.label += " (\"" + sid + "\")";
    return {};
  }

  Result<void> read_patterns(const Json& value, const std::string& place, PatternSyntax syntax,
                             std::vector<Pattern>& patterns) {
    SQUIRE_TRY(const auto texts, read_texts(value, place));
    for (const auto& text : texts) {
      auto pattern = Pattern::compile(text, syntax);
      if (!pattern)
        return invalid(place + ": \"" + text + "\" has a variable that is not understood");
      patterns.push_back(*std::move(pattern));
    }
    return {};
  }

  Result<void> read_conditions(const Json& value, const std::string& place) {
    if (!value.is_object()) return invalid(place + " must be an object");
    for (const auto& [operator_name, keys] : value.items()) {
      if (!keys.is_object()) return invalid(place + ": " + operator_name + " must be an object");
      for (const auto& [key, operands] : keys.items()) {
        const auto at = place + ": " + operator_name + ": " + key;
        SQUIRE_TRY(const auto texts, read_texts(operands, at, true));
        auto condition = Condition::compile(operator_name, key, texts, has_variables_);
        if (condition.has_error()) return invalid(place + ": " + condition.error().message);
        statement_.conditions.push_back(*std::move(condition));
      }
    }
    return {};
  }

  const Json& json_;
  const Policy::Kind kind_;
  const bool has_variables_;
  const std::string place_;
  Statement statement_;
};

// Whether policy variables count, by the version.
Result<bool> read_version(const Json& document) {
  for (const auto& [name, value] : document.items()) {
    if (name != "Version" && name != "Id" && name != "Statement") {
      return invalid(name + " is no element of a policy");
    }
    if (name == "Id" && !value.is_string()) return invalid("Id must be a text");
  }
  const auto version = document.value("Version", Json("2008-10-17"));
  if (version != "2012-10-17" && version != "2008-10-17") {
    return invalid("Version must be 2012-10-17 or 2008-10-17");
  }
  return version == "2012-10-17";
}

bool asks_for_resource_tags(const Statement& statement) {
  return std::any_of(statement.resources.begin(), statement.resources.end(),
                     [](const Pattern& pattern) { return pattern.asks_for_resource_tags(); }) ||
         std::any_of(statement.conditions.begin(), statement.conditions.end(),
                     [](const Condition& condition) { return condition.asks_for_resource_tags(); });
}

}  // namespace

Policy::Policy() = default;
Policy::~Policy() = default;

Result<std::shared_ptr<const Policy>> Policy::compile(std::string_view json, Kind kind) {
  if (json.size() > kBytesMax) {
    return invalid("A policy has at most " + std::to_string(kBytesMax) + " bytes");
  }
  const auto document = is_shallow(json, kDepthMax) ? parse_strictly(json) : std::nullopt;
  if (!document || !document->is_object()) {
    return invalid("A policy is a JSON object, with each member once");
  }
  SQUIRE_TRY(const bool has_variables, read_version(*document));
  // An array with nothing in it is what is left when all permissions were removed.
  auto statements = document->value("Statement", Json());
  if (statements.is_object()) statements = Json::array({statements});
  if (!statements.is_array()) return invalid("Statement must be an object or a list of objects");
  std::shared_ptr<Policy> policy(new Policy);
  for (const auto& statement : statements) {
    const std::size_t number = policy->statements_.size() + 1;
    SQUIRE_TRY(auto compiled, StatementReader(statement, number, kind, has_variables).read());
    policy->asks_for_resource_tags_ |= access::asks_for_resource_tags(compiled);
    policy->statements_.push_back(std::move(compiled));
  }
  return std::shared_ptr<const Policy>(std::move(policy));
}

std::shared_ptr<const Policy> Policy::unreadable(std::string why) {
  std::shared_ptr<Policy> policy(new Policy);
  policy->why_unreadable_ = std::move(why);
  return policy;
}

Principal Principal::root(const std::string& account) {
  return {Kind::Root, account, {}, "arn:aws:iam::" + account + ":root"};
}

Principal Principal::user(const std::string& account, const std::string& name) {
  return {Kind::User, account, name, "arn:aws:iam::" + account + ":user/" + name};
}

Principal Principal::service(std::string name) {
  return {Kind::Service, {}, std::move(name), {}};
}

void Context::add(std::string_view key, std::string_view value) {
  const auto lower = to_lower(key);
  const std::string cut(value.substr(0, kValueBytesMax));
  for (auto& [known, values] : values_) {
    if (known != lower) continue;
    if (values.size() < kValuesMax) values.push_back(cut);
    return;
  }
  values_.push_back({lower, {cut}});
}

const std::vector<std::string>* Context::find(std::string_view key) const {
  for (const auto& [known, values] : values_) {
    if (known == key) return &values;
  }
  return nullptr;
}

}  // namespace squire::access
