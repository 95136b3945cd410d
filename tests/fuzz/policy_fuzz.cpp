// The attributes that are JSON documents, and the permissions that edit one of them.
// An input is two texts with a zero byte between them.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "fuzz/check.hpp"
#include "fuzz/world.hpp"
#include "sqs/policies.hpp"

namespace squire::fuzz {
namespace {

using nlohmann::json;

// Statements as an array, the way the permissions leave them.
json statements_of(const json& policy) {
  const auto at = policy.find("Statement");
  if (at == policy.end()) return json::array();
  if (at->is_object()) return json::array({*at});
  return at->is_array() ? *at : json::array();
}

void check_redrive(World& world, const std::string& policy) {
  const ResourceName source{"us-east-1", "000000000000", "source"};
  const auto parsed = engine::parse_redrive_policy(policy);
  if (parsed) {
    check(parsed->receive_count_max >= 1 && parsed->receive_count_max <= 1000, "a count is small");
  }
  if (sqs::check_redrive_policy(world.broker, source, policy).has_error()) return;
  check(parsed.has_value(), "what was accepted is understood", policy);
  check(world.broker.find_queue(parsed->dead_letter_queue) != nullptr, "its target exists", policy);
}

void edit_permissions(const std::string& policy, const std::string& label) {
  const std::string arn = "arn:aws:sqs:us-east-1:000000000000:q";
  const bool is_policy = sqs::check_policy(policy).has_value();
  if (!policy.empty() && !is_policy) return;
  const auto more = sqs::add_statement(policy, arn, label, {"111111111111"}, {"SendMessage"});
  if (more.has_error()) return;
  const auto document = json::parse(*more, nullptr, false);
  check(document.is_object(), "a policy stays an object", *more);
  check(!statements_of(document).empty(), "the statement is in it", *more);
  check(sqs::add_statement(*more, arn, label, {"1"}, {"*"}).has_error(), "a label is taken once");
  const auto less = sqs::remove_statement(*more, label);
  check(less.has_value(), "what was added can be removed", *more);
  const auto before = policy.empty() ? json::object() : json::parse(policy);
  const auto after = less->empty() ? json::object() : json::parse(*less);
  check(statements_of(before) == statements_of(after), "and leaves the others", *less);
}

}  // namespace
}  // namespace squire::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace squire;
  const auto [one, two] = fuzz::split(data, size);
  fuzz::World world;
  world.make_queue("q");
  world.make_queue("picky", {{"RedriveAllowPolicy", two}});
  fuzz::check_redrive(world, one);
  if (sqs::check_redrive_allow_policy(one).has_value() || sqs::check_policy(one).has_value()) {
    fuzz::check(sqs::is_same_json(one, one), "a document is the same as itself", one);
  }
  fuzz::check(sqs::is_same_json(one, two) == sqs::is_same_json(two, one), "sameness is mutual");
  // The actions let no other labels through, and no strings that are not text.
  std::string label = two.substr(0, 80);
  std::erase_if(label, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); });
  if (!label.empty()) fuzz::edit_permissions(one, label);
  return 0;
}
