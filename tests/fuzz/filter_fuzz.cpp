// Filter policies and the messages they judge. An input is two texts with a zero byte between them:
// the policy and the message, which is also its only attribute.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/work.hpp"
#include "squire/filter/policy.hpp"

namespace squire::fuzz {
namespace {

using filter::Index;
using filter::Policy;
using filter::Scope;

void judge(std::string_view policy, const std::string& message, Scope scope) {
  const auto compiled = Policy::compile(policy, scope);
  if (compiled.has_error()) {
    check(!compiled.error().message.empty(), "it is said what is wrong with a policy");
    return;
  }
  if (*compiled == nullptr) return;
  for (const char* type : {"String", "Number", "String.Array"}) {
    const MessageAttributes attributes{{"a", {type, message}}};
    const bool matches = (*compiled)->matches(attributes, message);
    Index index;
    index.add(1, nullptr);
    index.add(2, *compiled);
    std::vector<Index::Key> found;
    index.match(attributes, message, found);
    check(found.size() == (matches ? 2u : 1u), "policy and index agree", message);
    index.remove(2);
    index.match(attributes, message, found);
    check(found == std::vector<Index::Key>{1}, "what was removed is not found", message);
  }
}

}  // namespace
}  // namespace squire::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace squire;
  const auto [policy, message] = fuzz::split(data, size);
  // What each byte of both costs, and each byte of one with each of the other; and the most steps
  // of a search for members of one object (MatchWork), 2 scopes, 3 types of attributes, alone and
  // in an index.
  const std::uint64_t searching = 12 * 40'000'000ull;
  const fuzz::WorkLimit limit(
      1'000'000 + 50'000 * size + 64ull * policy.size() * message.size() + searching,
      "no policy and no message make matching expensive");
  fuzz::judge(policy, message, filter::Scope::MessageBody);
  fuzz::judge(policy, message, filter::Scope::MessageAttributes);
  return 0;
}
