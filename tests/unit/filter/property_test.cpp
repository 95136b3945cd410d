// Random policies and messages: the compiled policies, alone and in an index that comes and goes,
// against the naive ones.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "squire/filter/policy.hpp"
#include "support/naive_filter.hpp"

namespace squire::test {
namespace {

using filter::Index;
using filter::Policy;
using filter::Scope;
using nlohmann::json;

class RandomFilters {
 public:
  explicit RandomFilters(unsigned seed) : engine_(seed) {}

  int pick(int count) { return std::uniform_int_distribution(0, count - 1)(engine_); }

  json policy() {
    json policy = json::object();
    for (int i = 1 + pick(2); i > 0; --i) add_rule(policy, 0);
    if (pick(5) == 0) {
      json first = json::object();
      json second = json::object();
      add_rule(first, 1);
      add_rule(second, 1);
      policy["$or"] = {first, second};
    }
    return policy;
  }

  json message() {
    json message = json::object();
    for (int i = pick(4); i > 0; --i) message[name()] = value(0);
    return message;
  }

 private:
  std::string name() { return std::string(1, static_cast<char>('a' + pick(3))); }
  std::string text() {
    static constexpr const char* kTexts[] = {"", "x", "xy", "Xy", "yx", "xyx", "y", "YX"};
    return kTexts[pick(8)];
  }
  double number() { return pick(7) - 3 + (pick(3) == 0 ? 0.5 : 0); }

  json scalar() {
    switch (pick(7)) {
      case 0:
        return nullptr;
      case 1:
        return true;
      case 2:
        return false;
      case 3:
      case 4:
        return number();
      default:
        return text();
    }
  }

  void add_rule(json& policy, int depth) {
    if (depth < 2 && pick(4) == 0) {
      json inner = json::object();
      add_rule(inner, depth + 1);
      policy[name()] = inner;
      return;
    }
    json values = json::array();
    for (int i = 1 + pick(2); i > 0; --i) values.push_back(expression());
    policy[name()] = values;
  }

  json expression() {
    switch (pick(12)) {
      case 0:
        return {{"prefix", text()}};
      case 1:
        return {{"suffix", text()}};
      case 2:
        return {{"equals-ignore-case", text()}};
      case 3:
        return {{"prefix", {{"equals-ignore-case", text()}}}};
      case 4:
        return {{"exists", pick(2) == 0}};
      case 5:
        return {{"wildcard", "*" + text()}};
      case 6:
        return {{"anything-but", json::array({text(), text()})}};
      case 7:
        return {{"anything-but", {{"prefix", text()}}}};
      case 8: {
        const double low = number();
        return {{"numeric", {">=", low, "<", low + 1 + pick(3)}}};
      }
      case 9:
        return {{"numeric", {pick(2) ? "<" : ">", number()}}};
      default:
        return scalar();
    }
  }

  json value(int depth) {
    if (depth < 2 && pick(4) == 0) {
      json object = json::object();
      for (int i = 1 + pick(2); i > 0; --i) object[name()] = value(depth + 1);
      return object;
    }
    if (depth < 2 && pick(4) == 0) {
      json array = json::array();
      for (int i = pick(4); i > 0; --i) array.push_back(value(depth + 1));
      return array;
    }
    return scalar();
  }

  std::mt19937 engine_;
};

TEST(FilterPropertyTest, ACompiledPolicyMatchesWhatItsDefinitionMatches) {
  int match_count = 0;
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    RandomFilters random(seed);
    const json policy = random.policy();
    const auto compiled = Policy::compile(policy.dump(), Scope::MessageBody);
    ASSERT_TRUE(compiled.has_value())
        << "seed " << seed << ": " << policy << compiled.error().message;
    for (int i = 0; i < 40; ++i) {
      const json message = random.message();
      const bool expected = NaiveFilter::matches(policy, message);
      match_count += expected;
      ASSERT_EQ((*compiled)->matches({}, message.dump()), expected)
          << "seed " << seed << ": " << policy << " and " << message;
    }
  }
  EXPECT_GT(match_count, 5000) << "too few matches to say much";
}

TEST(FilterPropertyTest, AnIndexFindsAllPoliciesThatMatchAndNoOthers) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    RandomFilters random(seed);
    Index index;
    std::map<Index::Key, json> policies;  // null: no filter
    Index::Key last_key = 0;
    for (int step = 0; step < 300; ++step) {
      const int action = random.pick(3);
      if (action == 0 || policies.empty()) {
        const json policy = random.pick(10) == 0 ? json() : random.policy();
        const auto compiled = policy.is_null()
                                  ? std::shared_ptr<const Policy>()
                                  : Policy::compile(policy.dump(), Scope::MessageBody).value();
        index.add(++last_key, compiled);
        policies[last_key] = policy;
      } else if (action == 1 && random.pick(2) == 0) {
        const auto at = std::next(policies.begin(), random.pick(static_cast<int>(policies.size())));
        index.remove(at->first);
        policies.erase(at);
      } else {
        const json message = random.message();
        std::vector<Index::Key> expected;
        for (const auto& [key, policy] : policies) {
          if (policy.is_null() || NaiveFilter::matches(policy, message)) expected.push_back(key);
        }
        std::vector<Index::Key> found;
        index.match({}, message.dump(), found);
        ASSERT_EQ(found, expected) << "seed " << seed << ", step " << step << ": " << message;
      }
    }
  }
}

}  // namespace
}  // namespace squire::test
