// Whether a message matches a filter policy (SNS Developer Guide, "Subscription filter policies").
#include <algorithm>
#include <cmath>
#include <cstring>

#include "filter/program.hpp"
#include "squire/core/ascii.hpp"
#include "squire/core/text.hpp"

namespace squire::filter {
namespace {

using Type = FieldValue::Type;

bool is_equal(const FieldValue& a, const FieldValue& b) {
  if (a.type != b.type) return false;
  if (a.type == Type::String) return a.text == b.text;
  return a.type != Type::Number || a.number == b.number;
}

// Where `piece` begins in `text`; std::string_view::find() takes the product of both lengths for
// texts that are made for it.
std::size_t find_piece(std::string_view text, std::string_view piece) {
  const void* at = ::memmem(text.data(), text.size(), piece.data(), piece.size());
  return at == nullptr ? std::string_view::npos
                       : static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
}

// The pieces in this order, the first one in front, the last one at the end. Taking each as early
// as it comes is enough, so there is no going back.
bool matches_wildcard(const std::vector<std::string>& pieces, std::string_view text) {
  if (pieces.size() == 1) return text == pieces.front();
  if (!text.starts_with(pieces.front())) return false;
  text.remove_prefix(pieces.front().size());
  for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
    const auto at = find_piece(text, pieces[i]);
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

bool matches_any(const std::vector<Pattern>& patterns, const Candidate& candidate,
                 MatchWork& work) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const Pattern& pattern) { return pattern.matches(candidate, work); });
}

bool has_absent(const Clause& clause) {
  return std::any_of(clause.patterns.begin(), clause.patterns.end(),
                     [](const Pattern& pattern) { return pattern.kind == Pattern::Kind::Absent; });
}

// Whether a conjunction holds of one set of objects, where there are arrays.
class Search {
 public:
  Search(const std::vector<Clause>& clauses, const Fields& fields) : fields_(fields) {
    for (const auto& clause : clauses) is_possible_ = is_possible_ && add(clause);
  }

  bool succeeds() {
    // Those with the fewest choices first.
    std::sort(choices_.begin(), choices_.end(),
              [](const auto& a, const auto& b) { return a.size() < b.size(); });
    return is_possible_ && take(0) && !work_.is_exhausted();
  }

 private:
  using Places = std::vector<std::uint32_t>;

  // Finds out, once, where values stand that the clause takes. False: nowhere.
  bool add(const Clause& clause) {
    const auto* values = fields_.find(clause.path);
    if (values == nullptr) return has_absent(clause);
    Places places;
    for (const auto& value : *values) {
      if (!matches_any(clause.patterns, Candidate(value), work_)) continue;
      if (value.place == 0) return true;  // agrees with whatever the others take
      places.push_back(value.place);
    }
    if (places.empty() || work_.is_exhausted()) return false;
    choices_.push_back(std::move(places));
    return true;
  }

  // One place for each clause from `clause` on, in agreement with those taken so far.
  bool take(std::size_t clause) {
    if (clause == choices_.size()) return true;
    for (const auto place : choices_[clause]) {
      if (!work_.spend(kStepCost * (1 + taken_.size()))) return false;
      const bool agrees = std::all_of(taken_.begin(), taken_.end(), [&](std::uint32_t other) {
        return fields_.are_consistent(place, other);
      });
      if (!agrees) continue;
      taken_.push_back(place);
      if (take(clause + 1)) return true;
      taken_.pop_back();
    }
    return false;
  }

  // As comparing so many bytes: no more than a million steps.
  static constexpr std::size_t kStepCost = 128;

  const Fields& fields_;
  MatchWork work_;
  std::vector<Places> choices_;  // of each clause that needs one
  Places taken_;
  bool is_possible_ = true;
};

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
      folded += to_lower(text[i]);
    }
  }
  return folded;
}

bool AddressBlock::contains(std::string_view text) const {
  if (text.find('\0') != std::string_view::npos) return false;  // inet_pton() would stop there
  const auto address = parse_ip_address(text);
  return address && is_written_as_ipv4(text) == is_ipv4 && range.contains(*address);
}

std::string_view Candidate::folded(MatchWork& work) const {
  if (!folded_) {
    work.spend(value_.text.size());
    folded_ = fold_case(value_.text);
  }
  return *folded_;
}

bool Pattern::matches(const Candidate& candidate, MatchWork& work) const {
  if (!work.spend(1)) return false;
  const auto& given = candidate.value();
  const bool is_string = candidate.is_string();
  switch (kind) {
    case Kind::Value:
      return is_equal(value, given);
    case Kind::Prefix:
      return is_string && given.text.starts_with(value.text);
    case Kind::PrefixIgnoreCase:
      return is_string && candidate.folded(work).starts_with(value.text);
    case Kind::Suffix:
      return is_string && given.text.ends_with(value.text);
    case Kind::SuffixIgnoreCase:
      return is_string && candidate.folded(work).ends_with(value.text);
    case Kind::EqualsIgnoreCase:
      return is_string && candidate.folded(work) == value.text;
    case Kind::Wildcard:
      return is_string && work.spend(given.text.size()) && matches_wildcard(pieces, given.text);
    case Kind::Range:
      return given.type == Type::Number && is_in_range(*this, given.number);
    case Kind::Cidr:
      return is_string && block.contains(given.text);
    case Kind::Exists:
      return true;
    case Kind::Absent:
      return false;
    case Kind::AnythingBut:
      return !matches_any(excluded, candidate, work);
  }
  return false;
}

bool Conjunction::matches(const Fields& fields) const {
  if (fields.has_arrays()) return Search(clauses, fields).succeeds();
  MatchWork work;
  const bool matches = std::all_of(clauses.begin(), clauses.end(), [&](const Clause& clause) {
    const auto* values = fields.find(clause.path);
    if (values == nullptr) return has_absent(clause);
    return std::any_of(values->begin(), values->end(), [&](const FieldValue& value) {
      return matches_any(clause.patterns, Candidate(value), work);
    });
  });
  return matches && !work.is_exhausted();
}

Policy::Policy(std::unique_ptr<const Program> program) : program_(std::move(program)) {}

Policy::~Policy() = default;

Scope Policy::scope() const {
  return program_->scope;
}

bool Policy::matches(const MessageAttributes& attributes, std::string_view body) const {
  const auto fields = program_->scope == Scope::MessageBody
                          ? Fields::of_body(body)
                          : std::optional(Fields::of_attributes(attributes));
  return fields && std::any_of(program_->conjunctions.begin(), program_->conjunctions.end(),
                               [&](const auto& all) { return all.matches(*fields); });
}

}  // namespace squire::filter
