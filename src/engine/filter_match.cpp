// Whether a message matches a filter policy (sns.md 8.1).
#include <arpa/inet.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/filter_program.hpp"
#include "squire/core/text.hpp"

namespace squire::engine {
namespace {

using Type = FieldValue::Type;
using Places = std::vector<FieldValue::Place>;

bool is_equal(const FieldValue& a, const FieldValue& b) {
  if (a.type != b.type) return false;
  if (a.type == Type::String) return a.text == b.text;
  return a.type != Type::Number || a.number == b.number;
}

// The pieces in this order, the first one in front, the last one at the end. Taking each as early
// as it comes is enough, so there is no going back.
bool matches_wildcard(const std::vector<std::string>& pieces, std::string_view text) {
  if (pieces.size() == 1) return text == pieces.front();
  if (!text.starts_with(pieces.front())) return false;
  text.remove_prefix(pieces.front().size());
  for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
    const auto at = text.find(pieces[i]);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + pieces[i].size());
  }
  return text.ends_with(pieces.back());
}

bool is_in_range(const Pattern& range, double number) {
  const bool is_above = range.includes_low ? number >= range.low : number > range.low;
  const bool is_below = range.includes_high ? number <= range.high : number < range.high;
  return is_above && is_below;
}

// Whether both can be members of the same objects: an array around both must show both the same
// element.
bool are_consistent(const Places& a, const Places& b) {
  return std::all_of(a.begin(), a.end(), [&](const auto& place) {
    return std::all_of(b.begin(), b.end(), [&](const auto& other) {
      return place.array != other.array || place.element == other.element;
    });
  });
}

bool matches_any(const std::vector<Pattern>& patterns, const FieldValue& value) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const Pattern& pattern) { return pattern.matches(value); });
}

bool has_absent(const Clause& clause) {
  return std::any_of(clause.patterns.begin(), clause.patterns.end(),
                     [](const Pattern& pattern) { return pattern.kind == Pattern::Kind::Absent; });
}

// A message made to be hard to match is one that does not.
constexpr int kStepsMax = 100'000;

// The clauses from `clause` on, with values that agree with the places taken so far.
bool match_rest(const std::vector<Clause>& clauses, std::size_t clause, const Fields& fields,
                Places& taken, int& steps_left) {
  if (clause == clauses.size()) return true;
  const auto* values = fields.find(clauses[clause].path);
  if (values == nullptr) {
    return has_absent(clauses[clause]) &&
           match_rest(clauses, clause + 1, fields, taken, steps_left);
  }
  for (const auto& value : *values) {
    if (--steps_left < 0) return false;
    if (!are_consistent(value.places, taken) || !matches_any(clauses[clause].patterns, value)) {
      continue;
    }
    const std::size_t count = taken.size();
    taken.insert(taken.end(), value.places.begin(), value.places.end());
    if (match_rest(clauses, clause + 1, fields, taken, steps_left)) return true;
    taken.resize(count);
  }
  return false;
}

void append_folded(std::string& out, std::uint32_t code) {
  const bool is_latin = code >= 0xc0 && code <= 0xde && code != 0xd7;
  const bool is_greek = code >= 0x391 && code <= 0x3a9;
  const bool is_cyrillic = code >= 0x410 && code <= 0x42f;
  if (is_latin || is_greek || is_cyrillic) code += 0x20;
  append_utf8(out, code);
}

}  // namespace

double to_five_digits(double number) {
  constexpr double kWholeFrom = 1e10;  // no policy asks for a number as large
  if (!(std::fabs(number) < kWholeFrom)) return number;
  return std::round(number * 1e5) / 1e5;
}

std::string fold_case(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0xc3 && byte <= 0xd0 && i + 1 < text.size()) {
      const auto next = static_cast<unsigned char>(text[++i]);
      append_folded(folded, (byte & 0x1fu) << 6 | (next & 0x3fu));
    } else {
      folded += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : text[i];
    }
  }
  return folded;
}

bool AddressBlock::contains(std::string_view address) const {
  std::array<std::uint8_t, 16> other{};
  if (address.find('\0') != std::string_view::npos) return false;  // inet_pton() would stop there
  const std::string text(address);
  if (inet_pton(byte_count == 4 ? AF_INET : AF_INET6, text.c_str(), other.data()) != 1) {
    return false;
  }
  const int whole = bits / 8;
  if (std::memcmp(bytes.data(), other.data(), static_cast<std::size_t>(whole)) != 0) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const int shift = 8 - rest;
  const auto index = static_cast<std::size_t>(whole);
  return bytes[index] >> shift == other[index] >> shift;
}

bool Pattern::matches(const FieldValue& given) const {
  const bool is_string = given.type == Type::String;
  switch (kind) {
    case Kind::Value:
      return is_equal(value, given);
    case Kind::Prefix:
      return is_string && given.text.starts_with(value.text);
    case Kind::PrefixIgnoreCase:
      return is_string && fold_case(given.text).starts_with(value.text);
    case Kind::Suffix:
      return is_string && given.text.ends_with(value.text);
    case Kind::SuffixIgnoreCase:
      return is_string && fold_case(given.text).ends_with(value.text);
    case Kind::EqualsIgnoreCase:
      return is_string && fold_case(given.text) == value.text;
    case Kind::Wildcard:
      return is_string && matches_wildcard(pieces, given.text);
    case Kind::Range:
      return given.type == Type::Number && is_in_range(*this, given.number);
    case Kind::Cidr:
      return is_string && block.contains(given.text);
    case Kind::Exists:
      return true;
    case Kind::Absent:
      return false;
    case Kind::AnythingBut:
      return !matches_any(excluded, given);
  }
  return false;
}

bool Conjunction::matches(const Fields& fields) const {
  if (fields.has_arrays()) {
    Places taken;
    int steps_left = kStepsMax;
    return match_rest(clauses, 0, fields, taken, steps_left);
  }
  return std::all_of(clauses.begin(), clauses.end(), [&](const Clause& clause) {
    const auto* values = fields.find(clause.path);
    if (values == nullptr) return has_absent(clause);
    return std::any_of(values->begin(), values->end(), [&](const FieldValue& value) {
      return matches_any(clause.patterns, value);
    });
  });
}

FilterPolicy::FilterPolicy(std::unique_ptr<const Program> program) : program_(std::move(program)) {}

FilterPolicy::~FilterPolicy() = default;

FilterScope FilterPolicy::scope() const {
  return program_->scope;
}

bool FilterPolicy::matches(const MessageAttributes& attributes, std::string_view body) const {
  const auto fields = program_->scope == FilterScope::MessageBody
                          ? Fields::of_body(body)
                          : std::optional(Fields::of_attributes(attributes));
  return fields && std::any_of(program_->conjunctions.begin(), program_->conjunctions.end(),
                               [&](const auto& all) { return all.matches(*fields); });
}

}  // namespace squire::engine
