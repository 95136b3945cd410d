#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <tuple>

#include "filter/interval_index.hpp"
#include "filter/program.hpp"

namespace squire::filter {
namespace {

using Kind = Pattern::Kind;
using Key = Index::Key;

// A conjunction that may match, found by one of its patterns. The policy keeps it alive.
struct Watcher {
  Key key;
  const Conjunction* conjunction;
};
using Watchers = std::vector<Watcher>;

template <typename T>
using TextMap = std::unordered_map<std::string, T, KeyedHash, std::equal_to<>>;

// Prefixes, or suffixes: a text is looked up once for each length there is.
struct AffixIndex {
  TextMap<Watchers> watchers;
  std::map<std::size_t, std::size_t> lengths;  // how many entries of that length
};

// What the policies ask for at one path.
struct PathIndex {
  TextMap<Watchers> texts;
  TextMap<Watchers> folded_texts;
  std::unordered_map<double, Watchers, KeyedHash> numbers;
  std::array<Watchers, 3> words;  // true, false, null
  AffixIndex prefixes;
  AffixIndex suffixes;
  IntervalIndex<Watcher> ranges;
  Watchers any_value;  // whatever else needs a value there

  bool empty() const {
    return texts.empty() && folded_texts.empty() && numbers.empty() && prefixes.lengths.empty() &&
           suffixes.lengths.empty() && ranges.empty() && any_value.empty() &&
           std::all_of(words.begin(), words.end(), [](const auto& word) { return word.empty(); });
  }
};

// How much looking up by the pattern leaves to be verified: less is better.
int cost_of(const Pattern& pattern) {
  switch (pattern.kind) {
    case Kind::Value:
    case Kind::EqualsIgnoreCase:
      return 1;
    case Kind::Prefix:
    case Kind::Suffix:
      return 2;
    case Kind::Range:
      return 3;
    case Kind::Absent:
      return 5;  // cannot be looked up
    default:
      return 4;
  }
}

constexpr int kCannotBeLookedUp = 5;
constexpr std::size_t kRepeatedMax = 4096;

int cost_of(const Clause& clause) {
  int cost = 0;
  for (const auto& pattern : clause.patterns) cost = std::max(cost, cost_of(pattern));
  return cost;
}

std::size_t word_of(FieldValue::Type type) {
  return static_cast<std::size_t>(type) - static_cast<std::size_t>(FieldValue::Type::True);
}

void append(Watchers& out, const Watchers& found) {
  out.insert(out.end(), found.begin(), found.end());
}

void append(Watchers& out, const TextMap<Watchers>& map, std::string_view text) {
  if (map.empty()) return;
  const auto at = map.find(text);
  if (at != map.end()) append(out, at->second);
}

void make_unique(Watchers& watchers) {
  const auto place = [](const Watcher& watcher) {
    return std::pair(watcher.key, watcher.conjunction);
  };
  std::sort(watchers.begin(), watchers.end(),
            [&](const auto& a, const auto& b) { return place(a) < place(b); });
  const auto end = std::unique(watchers.begin(), watchers.end(),
                               [&](const auto& a, const auto& b) { return place(a) == place(b); });
  watchers.erase(end, watchers.end());
}

// Of values that are equal, one.
std::vector<const FieldValue*> distinct(const Fields::Values& values) {
  const auto rank = [](const FieldValue* value) {
    return std::tie(value->type, value->number, value->text);
  };
  std::vector<const FieldValue*> kept;
  for (const auto& value : values) kept.push_back(&value);
  if (kept.size() < 2) return kept;
  std::sort(kept.begin(), kept.end(),
            [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
  kept.erase(std::unique(kept.begin(), kept.end(),
                         [&](const auto* a, const auto* b) { return rank(a) == rank(b); }),
             kept.end());
  return kept;
}

void erase(Watchers& watchers, Key key) {
  std::erase_if(watchers, [key](const Watcher& watcher) { return watcher.key == key; });
}

template <typename Map, typename Name>
void erase(Map& map, const Name& name, Key key) {
  const auto at = map.find(name);
  if (at == map.end()) return;
  erase(at->second, key);
  if (at->second.empty()) map.erase(at);
}

// The policies on one kind of fields: attributes, or body.
class ScopeIndex {
 public:
  void add(Key key, const Conjunction& conjunction) {
    const Clause* clause = cheapest(conjunction);
    if (clause == nullptr) return scan_.push_back({key, &conjunction});
    for (const auto& pattern : clause->patterns) {
      add(paths_[clause->path], pattern, {key, &conjunction});
    }
  }

  void remove(Key key, const Conjunction& conjunction) {
    const Clause* clause = cheapest(conjunction);
    if (clause == nullptr) return erase(scan_, key);
    const auto path = paths_.find(clause->path);
    if (path == paths_.end()) return;  // with another conjunction of the same policy
    for (const auto& pattern : clause->patterns) remove(path->second, pattern, key);
    if (path->second.empty()) paths_.erase(path);
  }

  void match(const Fields& fields, std::vector<Key>& out) const {
    Watchers candidates = scan_;
    fields.for_each([&](std::string_view name, const Fields::Values& values) {
      const auto at = paths_.find(name);
      if (at == paths_.end()) return;
      append(candidates, at->second.any_value);
      // Different elements of a long array may find the same watchers, so they are thinned out as
      // they come: the list must not grow to elements times watchers.
      std::size_t many = 2 * candidates.size() + kRepeatedMax;
      for (const auto* value : distinct(values)) {
        find(at->second, *value, candidates);
        if (candidates.size() < many) continue;
        make_unique(candidates);
        many = 2 * candidates.size() + kRepeatedMax;
      }
    });
    if (fields.has_arrays()) make_unique(candidates);
    for (const auto& candidate : candidates) {
      if (candidate.conjunction->matches(fields)) out.push_back(candidate.key);
    }
  }

 private:
  // The clause to look a conjunction up by; null if each of its keys may be absent.
  static const Clause* cheapest(const Conjunction& conjunction) {
    const auto rank = [](const Clause& clause) {
      return std::pair(cost_of(clause), clause.patterns.size());
    };
    const auto best =
        std::min_element(conjunction.clauses.begin(), conjunction.clauses.end(),
                         [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    return cost_of(*best) == kCannotBeLookedUp ? nullptr : &*best;
  }

  static void add(PathIndex& path, const Pattern& pattern, const Watcher& watcher) {
    const auto add_affix = [&](AffixIndex& affixes) {
      const auto& text = pattern.value.text;
      affixes.watchers[text].push_back(watcher);
      ++affixes.lengths[text.size()];
    };
    switch (pattern.kind) {
      case Kind::Value:
        if (pattern.value.type == FieldValue::Type::String) {
          path.texts[pattern.value.text].push_back(watcher);
        } else if (pattern.value.type == FieldValue::Type::Number) {
          path.numbers[pattern.value.number].push_back(watcher);
        } else {
          path.words[word_of(pattern.value.type)].push_back(watcher);
        }
        return;
      case Kind::EqualsIgnoreCase:
        path.folded_texts[pattern.value.text].push_back(watcher);
        return;
      case Kind::Prefix:
        return add_affix(path.prefixes);
      case Kind::Suffix:
        return add_affix(path.suffixes);
      case Kind::Range:
        return path.ranges.add(pattern.low, pattern.high, watcher);
      default:
        path.any_value.push_back(watcher);
    }
  }

  static void remove(PathIndex& path, const Pattern& pattern, Key key) {
    const auto remove_affix = [&](AffixIndex& affixes) {
      const auto& text = pattern.value.text;
      erase(affixes.watchers, text, key);
      const auto length = affixes.lengths.find(text.size());
      if (--length->second == 0) affixes.lengths.erase(length);
    };
    switch (pattern.kind) {
      case Kind::Value:
        if (pattern.value.type == FieldValue::Type::String) {
          erase(path.texts, pattern.value.text, key);
        } else if (pattern.value.type == FieldValue::Type::Number) {
          erase(path.numbers, pattern.value.number, key);
        } else {
          erase(path.words[word_of(pattern.value.type)], key);
        }
        return;
      case Kind::EqualsIgnoreCase:
        return erase(path.folded_texts, pattern.value.text, key);
      case Kind::Prefix:
        return remove_affix(path.prefixes);
      case Kind::Suffix:
        return remove_affix(path.suffixes);
      case Kind::Range:
        return path.ranges.erase_if([key](const Watcher& watcher) { return watcher.key == key; });
      default:
        erase(path.any_value, key);
    }
  }

  static void find(const PathIndex& path, const FieldValue& value, Watchers& out) {
    if (value.type == FieldValue::Type::Number) {
      const auto at = path.numbers.find(value.number);
      if (at != path.numbers.end()) append(out, at->second);
      path.ranges.find(value.number, [&](const Watcher& watcher) { out.push_back(watcher); });
      return;
    }
    if (value.type != FieldValue::Type::String) return append(out, path.words[word_of(value.type)]);
    const std::string_view text = value.text;
    append(out, path.texts, text);
    if (!path.folded_texts.empty()) append(out, path.folded_texts, fold_case(text));
    for (const auto& [length, count] : path.prefixes.lengths) {
      if (length > text.size()) break;
      append(out, path.prefixes.watchers, text.substr(0, length));
    }
    for (const auto& [length, count] : path.suffixes.lengths) {
      if (length > text.size()) break;
      append(out, path.suffixes.watchers, text.substr(text.size() - length));
    }
  }

  TextMap<PathIndex> paths_;
  Watchers scan_;
};

}  // namespace

class Index::Impl {
 public:
  std::unordered_map<Key, std::shared_ptr<const Policy>> policies;
  std::set<Key> unfiltered;
  ScopeIndex attributes;
  ScopeIndex body;
  std::size_t attributes_count = 0;  // of policies
  std::size_t body_count = 0;

  ScopeIndex& of(const Policy& policy) {
    return policy.scope() == Scope::MessageBody ? body : attributes;
  }
  std::size_t& count_of(const Policy& policy) {
    return policy.scope() == Scope::MessageBody ? body_count : attributes_count;
  }
};

Index::Index() : impl_(std::make_unique<Impl>()) {}

Index::~Index() = default;

void Index::add(Key key, std::shared_ptr<const Policy> policy) {
  if (!policy) {
    impl_->unfiltered.insert(key);
    return;
  }
  for (const auto& conjunction : policy->program().conjunctions) {
    impl_->of(*policy).add(key, conjunction);
  }
  ++impl_->count_of(*policy);
  impl_->policies.emplace(key, std::move(policy));
}

void Index::remove(Key key) {
  if (impl_->unfiltered.erase(key) > 0) return;
  const auto at = impl_->policies.find(key);
  if (at == impl_->policies.end()) return;
  const auto policy = at->second;
  // Once for all conjunctions that are looked up alike: removal is by key.
  for (const auto& conjunction : policy->program().conjunctions) {
    impl_->of(*policy).remove(key, conjunction);
  }
  --impl_->count_of(*policy);
  impl_->policies.erase(at);
}

void Index::match(const MessageAttributes& attributes, std::string_view body,
                  std::vector<Key>& out) const {
  out.assign(impl_->unfiltered.begin(), impl_->unfiltered.end());
  if (impl_->attributes_count > 0) impl_->attributes.match(Fields::of_attributes(attributes), out);
  if (impl_->body_count > 0) {
    if (const auto fields = Fields::of_body(body)) impl_->body.match(*fields, out);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
}

}  // namespace squire::filter
