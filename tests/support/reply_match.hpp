// Compares the bodies of answers with what a scene says, placeholders included. Each function
// returns what is wrong, or nothing.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "support/placeholders.hpp"
#include "support/xml_tree.hpp"

namespace squire::test {

using Json = nlohmann::json;

inline std::string shorten(const std::string& text) {
  return text.size() <= 500 ? text : text.substr(0, 500) + "...";
}

inline std::string difference(const std::string& where, const std::string& expected,
                              const std::string& actual) {
  return (where.empty() ? "body" : where) + "\n  expected: " + shorten(expected) +
         "\n  got:      " + shorten(actual);
}

inline std::string match_json(Placeholders& known, const Json& expected, const Json& actual,
                              const std::string& where = {});

// Texts that are JSON objects on both sides, like policies, are compared as such.
inline std::string match_text(Placeholders& known, const std::string& expected,
                              const std::string& actual, const std::string& where) {
  if (expected.starts_with('{') && !expected.starts_with("{{") && actual.starts_with('{')) {
    const Json left = Json::parse(expected, nullptr, false);
    const Json right = Json::parse(actual, nullptr, false);
    if (left.is_object() && right.is_object()) return match_json(known, left, right, where);
  }
  if (known.match(expected, actual)) return {};
  return difference(where, known.fill(expected), actual);
}

inline std::string match_json(Placeholders& known, const Json& expected, const Json& actual,
                              const std::string& where) {
  if (expected.is_string()) {
    const auto& text = expected.get_ref<const std::string&>();
    if (known.is_anything(text)) return {};
    if (actual.is_string()) return match_text(known, text, actual.get<std::string>(), where);
    if (actual.is_number() && text.starts_with("{{") && known.match(text, actual.dump())) return {};
    return difference(where, expected.dump(), actual.dump());
  }
  if (expected.is_object() && actual.is_object()) {
    std::set<std::string> extra;
    for (const auto& [key, value] : actual.items()) extra.insert(key);
    for (const auto& [pattern, value] : expected.items()) {
      const std::string key = known.fill(pattern);
      if (extra.erase(key) == 0)
        return where + "/" + shorten(key) + " is missing: " + shorten(actual.dump());
      if (auto wrong = match_json(known, value, actual.at(key), where + "/" + key); !wrong.empty())
        return wrong;
    }
    if (extra.empty()) return {};
    return where + "/" + *extra.begin() + " should be absent: " + shorten(actual.dump());
  }
  if (expected.is_array() && actual.is_array() && expected.size() == actual.size()) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      auto wrong = match_json(known, expected[i], actual[i], where + "/" + std::to_string(i));
      if (!wrong.empty()) return wrong;
    }
    return {};
  }
  return expected == actual ? "" : difference(where, expected.dump(), actual.dump());
}

// Children in an order that can be compared: by name, maps (Attribute, Tag, ...) by their key.
// Otherwise the order of equal names, which is that of a list, is kept.
inline std::vector<const XmlElement*> in_order(const Placeholders& known,
                                               const XmlElement& parent) {
  using Key = std::tuple<std::string, std::string>;
  const auto key = [&](const XmlElement* element) {
    const bool is_map =
        element->children.size() == 2 && (element->child("Value") || element->child("value"));
    return Key(element->name, is_map ? known.fill(element->children[0].text) : "");
  };
  std::vector<const XmlElement*> result;
  for (const XmlElement& child : parent.children) result.push_back(&child);
  std::stable_sort(result.begin(), result.end(),
                   [&](auto* left, auto* right) { return key(left) < key(right); });
  return result;
}

inline std::string names_of(const std::vector<const XmlElement*>& elements) {
  std::string result;
  for (const XmlElement* element : elements) result += element->name + " ";
  return result;
}

// Attributes (of which there is only xmlns) are compared where the scene writes them.
inline std::string match_xml(Placeholders& known, const XmlElement& expected,
                             const XmlElement& actual, const std::string& where = {}) {
  const std::string here = where + "/" + actual.name;
  if (expected.name != actual.name) return difference(where, expected.name, actual.name);
  for (const auto& [name, value] : expected.attributes) {
    const auto found = actual.attributes.find(name);
    if (found == actual.attributes.end() || found->second != value)
      return here + " has not " + name + "=" + value;
  }
  const auto wanted = in_order(known, expected);
  const auto given = in_order(known, actual);
  if (wanted.size() != given.size()) return difference(here, names_of(wanted), names_of(given));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto wrong = match_xml(known, *wanted[i], *given[i], here);
    if (!wrong.empty()) return wrong;
  }
  if (!expected.children.empty()) return {};
  return match_text(known, expected.text, actual.text, here);
}

}  // namespace squire::test
