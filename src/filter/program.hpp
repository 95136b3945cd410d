// What filter policies are compiled to, and what they are matched against.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "squire/core/ip_range.hpp"
#include "squire/core/keyed_hash.hpp"
#include "squire/filter/policy.hpp"

namespace squire::filter {

// A scalar of a message.
struct FieldValue {
  enum class Type : std::uint8_t { String, Number, True, False, Null };

  Type type = Type::String;
  std::uint32_t place = 0;  // in which array's element (Fields::are_consistent); 0: in none
  std::string text;         // of a String
  double number = 0;        // of a Number
};

// The scalars of a message by their path: names of attributes, or names joined by dots.
class Fields {
 public:
  // String, Number and String.Array; what is Binary cannot be asked for.
  static Fields of_attributes(const MessageAttributes& attributes);
  // Nothing if the body is no JSON object.
  static std::optional<Fields> of_body(std::string_view body);

  using Values = std::vector<FieldValue>;
  // Null if there is nothing at that path.
  const Values* find(std::string_view path) const {
    const auto at = values_.find(path);
    return at == values_.end() ? nullptr : &at->second;
  }

  template <typename F>
  void for_each(F&& f) const {
    for (const auto& [path, values] : values_) f(path, values);
  }

  bool has_arrays() const { return places_.size() > 1; }

  // Whether values in both places can be members of the same objects: an array around both must
  // show both the same element. Costs no more than arrays are nested.
  bool are_consistent(std::uint32_t place, std::uint32_t other) const;

 private:
  friend class BodyReader;

  // One element of one array, and where that array stands. Arrays are numbered as they begin, so an
  // outer one has a lower number.
  struct Place {
    std::uint32_t array;
    std::uint32_t element;
    std::uint32_t parent;
  };

  std::unordered_map<std::string, Values, KeyedHash, std::equal_to<>> values_;
  std::vector<Place> places_{{0, 0, 0}};
};

// What comparing one message with one conjunction may cost: bytes looked at, about. No message and
// no policy makes a publish take long; one that was made to is one that does not match.
class MatchWork {
 public:
  // False: it was too much.
  bool spend(std::size_t bytes) {
    left_ -= static_cast<std::int64_t>(bytes);
    return left_ >= 0;
  }
  bool is_exhausted() const { return left_ < 0; }

 private:
  // A message of the largest size against a hundred wildcards; some tens of milliseconds.
  static constexpr std::int64_t kMax = 128 * 1024 * 1024;

  std::int64_t left_ = kMax;
};

// A scalar that is being compared; folded at most once, whatever asks for it.
class Candidate {
 public:
  explicit Candidate(const FieldValue& value) : value_(value) {}

  const FieldValue& value() const { return value_; }
  bool is_string() const { return value_.type == FieldValue::Type::String; }
  std::string_view folded(MatchWork& work) const;

 private:
  const FieldValue& value_;
  mutable std::optional<std::string> folded_;
};

// Whether an IP address is written as one of version 4; one mapped into version 6 is not.
inline bool is_written_as_ipv4(std::string_view address) {
  return address.find(':') == std::string_view::npos;
}

// An address block. It holds only addresses that are written in its own version.
struct AddressBlock {
  IpRange range{};
  bool is_ipv4 = true;

  bool contains(std::string_view text) const;
};

// One value of a rule.
struct Pattern {
  enum class Kind : std::uint8_t {
    Value,  // equal to `value`
    Prefix,
    PrefixIgnoreCase,
    Suffix,
    SuffixIgnoreCase,
    EqualsIgnoreCase,
    Wildcard,
    Range,
    Cidr,
    Exists,
    Absent,
    AnythingBut  // none of `excluded`
  };

  Kind kind = Kind::Value;
  FieldValue value;  // its text also serves prefixes and suffixes; folded where case is ignored
  std::vector<std::string> pieces;  // of a wildcard: what stands between the stars
  double low = 0;                   // of a range
  double high = 0;
  bool includes_low = false;
  bool includes_high = false;
  AddressBlock block;
  std::vector<Pattern> excluded;

  // Whether a scalar matches; Absent never does.
  bool matches(const Candidate& candidate, MatchWork& work) const;
};

// One of these patterns at that path …
struct Clause {
  std::string path;
  std::vector<Pattern> patterns;
};

// … for each of these paths. `$or` becomes several conjunctions.
struct Conjunction {
  std::vector<Clause> clauses;

  // Members of an array of objects must be of the same object.
  bool matches(const Fields& fields) const;
};

struct Policy::Program {
  Scope scope = Scope::MessageAttributes;
  std::vector<Conjunction> conjunctions;
};

// Numbers are compared to five digits behind the point.
double to_five_digits(double number);

// Lower case, for comparisons that ignore it: ASCII, Latin-1, Greek and Cyrillic letters.
std::string fold_case(std::string_view text);

}  // namespace squire::filter
