// Filter policies by their definition (SNS Developer Guide, "Subscription filter policies"),
// straight over JSON documents: slow, and easy to believe.
#pragma once

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace squire::test {

class NaiveFilter {
 public:
  using Json = nlohmann::json;

  // Objects of the message are numbered by the arrays they stand in: {array → element}.
  static bool matches(const Json& policy, const Json& message) {
    std::vector<Field> fields;
    int array_count = 0;
    flatten(message, "", {}, array_count, fields);
    for (const auto& rules : alternatives_of(policy, "")) {
      if (holds(rules, 0, fields, {})) return true;
    }
    return false;
  }

 private:
  using Place = std::map<int, int>;
  struct Field {
    std::string path;
    Json value;
    Place place;
  };
  using Rule = std::pair<std::string, Json>;  // path, array of values

  static std::string join(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
  }

  static void flatten(const Json& value, const std::string& path, const Place& place,
                      int& array_count, std::vector<Field>& out) {
    if (value.is_object()) {
      for (const auto& [name, member] : value.items()) {
        flatten(member, join(path, name), place, array_count, out);
      }
    } else if (value.is_array()) {
      const int array = ++array_count;
      for (std::size_t i = 0; i < value.size(); ++i) {
        Place inner = place;
        inner[array] = static_cast<int>(i);
        flatten(value[i], path, inner, array_count, out);
      }
    } else {
      out.push_back({path, value, place});
    }
  }

  static std::vector<std::vector<Rule>> alternatives_of(const Json& policy,
                                                        const std::string& path) {
    std::vector<std::vector<Rule>> all(1);
    for (const auto& [name, value] : policy.items()) {
      std::vector<std::vector<Rule>> these;
      if (name == "$or") {
        for (const auto& alternative : value) {
          for (auto& rules : alternatives_of(alternative, path)) these.push_back(std::move(rules));
        }
      } else if (value.is_object()) {
        these = alternatives_of(value, join(path, name));
      } else {
        these.push_back({{join(path, name), value}});
      }
      std::vector<std::vector<Rule>> next;
      for (const auto& head : all) {
        for (const auto& tail : these) {
          next.push_back(head);
          next.back().insert(next.back().end(), tail.begin(), tail.end());
        }
      }
      all = std::move(next);
    }
    return all;
  }

  static bool holds(const std::vector<Rule>& rules, std::size_t index,
                    const std::vector<Field>& fields, const Place& taken) {
    if (index == rules.size()) return true;
    const auto& [path, values] = rules[index];
    bool is_there = false;
    for (const auto& field : fields) {
      if (field.path != path) continue;
      is_there = true;
      Place both = taken;
      bool fits = true;
      for (const auto& [array, element] : field.place) {
        const auto [at, is_new] = both.emplace(array, element);
        fits &= at->second == element;
      }
      const bool matches_one = std::any_of(values.begin(), values.end(), [&](const Json& value) {
        return matches_value(value, field.value);
      });
      if (fits && matches_one && holds(rules, index + 1, fields, both)) return true;
    }
    if (is_there) return false;
    const bool may_be_absent = std::any_of(values.begin(), values.end(), [](const Json& value) {
      return value.is_object() && value.value("exists", Json()) == false;
    });
    return may_be_absent && holds(rules, index + 1, fields, taken);
  }

  static bool matches_value(const Json& wanted, const Json& given) {
    if (!wanted.is_object()) return wanted.type_name() == given.type_name() && wanted == given;
    const auto name = wanted.begin().key();
    const auto& operand = wanted.begin().value();
    if (name == "exists") return operand == true;
    if (name == "anything-but") {
      if (operand.is_object()) {
        const auto inner = operand.begin().key();
        const auto& texts = operand.begin().value();
        const Json list = texts.is_array() ? texts : Json::array({texts});
        return std::none_of(list.begin(), list.end(), [&](const Json& text) {
          return matches_value({{inner, text}}, given);
        });
      }
      const Json list = operand.is_array() ? operand : Json::array({operand});
      return std::none_of(list.begin(), list.end(),
                          [&](const Json& value) { return matches_value(value, given); });
    }
    if (name == "numeric") return given.is_number() && in_range(operand, given.get<double>());
    if (!given.is_string()) return false;
    const auto text = given.get<std::string>();
    if (name == "prefix" || name == "suffix") {
      const bool ignores_case = operand.is_object();
      const auto affix = ignores_case ? lower(operand["equals-ignore-case"]) : std::string(operand);
      const auto whole = ignores_case ? lower(text) : text;
      return name == "prefix" ? whole.starts_with(affix) : whole.ends_with(affix);
    }
    if (name == "equals-ignore-case") return lower(operand) == lower(text);
    if (name == "wildcard") return wild(operand.get<std::string>(), text);
    return name == "exactly" && operand == given;
  }

  static std::string lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
  }

  static bool in_range(const Json& terms, double number) {
    for (std::size_t i = 0; i + 1 < terms.size(); i += 2) {
      const auto operation = terms[i].get<std::string>();
      const double bound = terms[i + 1];
      const bool holds = operation == "="    ? number == bound
                         : operation == "<"  ? number < bound
                         : operation == "<=" ? number <= bound
                         : operation == ">"  ? number > bound
                                             : number >= bound;
      if (!holds) return false;
    }
    return true;
  }

  static bool wild(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern[0] == '*') {
      return wild(pattern.substr(1), text) || (!text.empty() && wild(pattern, text.substr(1)));
    }
    return !text.empty() && text[0] == pattern[0] && wild(pattern.substr(1), text.substr(1));
  }
};

}  // namespace squire::test
