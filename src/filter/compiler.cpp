// From the text of a filter policy to its program. Follows the order in which event-ruler's
// compiler, the one behind SNS, meets what is wrong, and says it in its words (as recorded from
// AWS).
#include <algorithm>
#include <memory>
#include <set>
#include <variant>

#include "filter/json_tokens.hpp"
#include "filter/patterns.hpp"

namespace squire::filter {
namespace {

using Token = JsonTokens::Type;

constexpr std::size_t kPolicyBytesMax = 256 * 1024;
constexpr std::size_t kKeysMax = 5;
constexpr std::uint64_t kCombinationsMax = 150;
constexpr std::string_view kOr = "$or";

// Names that make an "$or" an ordinary name, if one of its objects has one of them.
constexpr std::string_view kReserved[] = {"exactly",
                                          "equals-ignore-case",
                                          "prefix",
                                          "suffix",
                                          "anything-but",
                                          "exists",
                                          "wildcard",
                                          "numeric",
                                          "cidr",
                                          "=",
                                          "<",
                                          "<=",
                                          ">",
                                          ">=",
                                          "regex",
                                          "not-wildcard",
                                          "not-equals-ignore-case",
                                          "date-after",
                                          "date-on-or-after",
                                          "date-before",
                                          "date-on-or-before",
                                          "in-date-range",
                                          "ip-address-in-range",
                                          "ip-address-not-in-range"};

struct Node;
using Alternatives = std::vector<Node>;

// A rule with how deep its key is nested.
struct Leaf {
  Clause clause;
  std::uint64_t depth = 1;
};

// All of these.
struct Node {
  std::vector<std::variant<Leaf, Alternatives>> items;
};

// Without the space between tokens. Errors quote the policy so.
std::string minified(std::string_view json) {
  std::string out;
  bool is_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const bool is_space = json[i] == ' ' || json[i] == '\n' || json[i] == '\r' || json[i] == '\t';
    if (is_space && !is_string) continue;
    if (json[i] == '"') is_string = !is_string;
    out += json[i];
    if (is_string && json[i] == '\\') out += json[++i];
  }
  return out;
}

// Of a policy that is JSON.
class Compiler {
 public:
  Compiler(const std::string& text, Scope scope)
      : text_(text), scope_(scope), tokens_(text), patterns_(text, tokens_) {}

  Result<std::unique_ptr<Policy::Program>> compile();

 private:
  Token next() { return tokens_.next(); }
  Error complain(std::string what) const { return patterns_.complain(std::move(what)); }

  Result<void> read_object(Node& node, const std::string& path, std::uint64_t depth,
                           std::set<std::string>& paths);
  Result<void> read_alternatives(Node& node, const std::string& path, std::uint64_t depth);
  bool is_alternatives(JsonTokens tokens) const;
  Result<Clause> read_rule(std::string path);
  const std::string_view text_;
  const Scope scope_;
  JsonTokens tokens_;
  PatternReader patterns_;
  std::set<std::string> keys_;
  bool is_nested_ = false;
};

Result<void> Compiler::read_object(Node& node, const std::string& path, std::uint64_t depth,
                                   std::set<std::string>& paths) {
  bool is_empty = true;
  while (next() != Token::EndObject) {
    is_empty = false;
    const std::string name(tokens_.string());
    if (name == kOr && is_alternatives(tokens_)) {
      SQUIRE_CHECK(read_alternatives(node, path, depth));
      continue;
    }
    const std::string full = path.empty() ? name : path + '.' + name;
    if (depth == 1) keys_.insert(name);
    switch (next()) {
      case Token::BeginObject:
        is_nested_ = true;
        SQUIRE_CHECK(read_object(node, full, depth + 1, paths));
        break;
      case Token::BeginArray: {
        SQUIRE_TRY(auto clause, read_rule(full));
        if (!paths.insert(full).second) {
          return complain("Path `" + full + "` cannot be allowed multiple times");
        }
        node.items.emplace_back(Leaf{std::move(clause), depth});
        break;
      }
      default:
        return complain("\"" + name + "\" must be an object or an array");
    }
  }
  if (is_empty) return complain("Empty objects are not allowed");
  return {};
}

// Whether the value that comes next is what "$or" takes: at least two objects, and nothing else,
// without a reserved name.
bool Compiler::is_alternatives(JsonTokens tokens) const {
  if (tokens.next() != Token::BeginArray) return false;
  int count = 0;
  for (; tokens.next() == Token::BeginObject; ++count) {
    for (int depth = 1; depth > 0;) {
      switch (tokens.next()) {
        case Token::BeginObject:
        case Token::BeginArray:
          ++depth;
          break;
        case Token::EndObject:
        case Token::EndArray:
          --depth;
          break;
        case Token::Name:
          if (depth == 1 && std::find(std::begin(kReserved), std::end(kReserved),
                                      tokens.string()) != std::end(kReserved)) {
            return false;
          }
          break;
        case Token::Error:
        case Token::End:
          return false;
        default:
          break;
      }
    }
  }
  return tokens.type() == Token::EndArray && count >= 2;
}

Result<void> Compiler::read_alternatives(Node& node, const std::string& path, std::uint64_t depth) {
  Alternatives alternatives;
  next();  // the opening bracket
  while (next() == Token::BeginObject) {
    std::set<std::string> paths;
    SQUIRE_CHECK(read_object(alternatives.emplace_back(), path, depth, paths));
  }
  node.items.emplace_back(std::move(alternatives));
  return {};
}

Result<Clause> Compiler::read_rule(std::string path) {
  Clause clause{std::move(path), {}};
  while (next() != Token::EndArray) {
    SQUIRE_TRY(auto pattern, patterns_.read());
    clause.patterns.push_back(std::move(pattern));
  }
  if (clause.patterns.empty()) return complain("Empty arrays are not allowed");
  return clause;
}

// How many combinations of values the rules ask for; beyond the limit, any number beyond it.
std::uint64_t count_combinations(const Node& node, Scope scope) {
  std::uint64_t product = 1;
  for (const auto& item : node.items) {
    std::uint64_t count = 0;
    if (const auto* leaf = std::get_if<Leaf>(&item)) {
      count = leaf->clause.patterns.size() * (scope == Scope::MessageBody ? leaf->depth : 1);
    } else {
      for (const auto& alternative : std::get<Alternatives>(item)) {
        count = std::min(count + count_combinations(alternative, scope), kCombinationsMax + 1);
      }
    }
    product = std::min(product * count, kCombinationsMax + 1);
  }
  return product;
}

// `$or` multiplied out.
std::vector<Conjunction> expand(const Node& node) {
  std::vector<Conjunction> expanded(1);
  for (const auto& item : node.items) {
    if (const auto* leaf = std::get_if<Leaf>(&item)) {
      for (auto& conjunction : expanded) conjunction.clauses.push_back(leaf->clause);
      continue;
    }
    std::vector<Conjunction> next;
    for (const auto& alternative : std::get<Alternatives>(item)) {
      for (const auto& tail : expand(alternative)) {
        for (const auto& head : expanded) {
          auto& both = next.emplace_back(head);
          both.clauses.insert(both.clauses.end(), tail.clauses.begin(), tail.clauses.end());
        }
      }
    }
    expanded = std::move(next);
  }
  return expanded;
}

Result<std::unique_ptr<Policy::Program>> Compiler::compile() {
  if (next() != Token::BeginObject) return complain("Filter is not an object");
  Node root;
  std::set<std::string> paths;
  SQUIRE_CHECK(read_object(root, {}, 1, paths));
  if (is_nested_ && scope_ == Scope::MessageAttributes) {
    return policy_error(
        "Filter policy scope MessageAttributes does not support nested filter policy");
  }
  if (keys_.size() > kKeysMax) {
    return policy_error("Filter policy can not have more than " + std::to_string(kKeysMax) +
                        " keys");
  }
  if (count_combinations(root, scope_) > kCombinationsMax) {
    return policy_error("Filter policy is too complex");
  }
  auto program = std::make_unique<Policy::Program>();
  program->scope = scope_;
  program->conjunctions = expand(root);
  return program;
}

bool says_nothing(std::string_view text) {
  JsonTokens tokens(text);
  return text.empty() || (tokens.next() == Token::BeginObject &&
                          tokens.next() == Token::EndObject && tokens.next() == Token::End);
}

}  // namespace

Result<std::shared_ptr<const Policy>> Policy::compile(std::string_view json, Scope scope) {
  if (says_nothing(json)) return std::shared_ptr<const Policy>();
  if (json.size() > kPolicyBytesMax) return policy_error("Filter policy is too large");
  if (auto complaint = json_complaint(json)) return policy_error(*std::move(complaint));
  SQUIRE_TRY(auto program, Compiler(minified(json), scope).compile());
  return std::shared_ptr<const Policy>(std::make_shared<const Policy>(std::move(program)));
}

}  // namespace squire::filter
