// What the fuzz targets share: stopping with a reason, and walking all actions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "squire/sqs/actions.hpp"

namespace squire::fuzz {

// An invariant: prints what did not hold and lets the fuzzer keep the input.
inline void check(bool holds, std::string_view what, std::string_view detail = {}) {
  if (holds) return;
  std::fprintf(stderr, "INVARIANT: %.*s\n%.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(detail.size()), detail.data());
  std::abort();
}

// The two texts of an input that a zero byte parts.
inline std::pair<std::string, std::string> split(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto middle = std::min(input.find('\0'), input.size());
  return {std::string(input.substr(0, middle)),
          std::string(input.substr(std::min(middle + 1, input.size())))};
}

template <typename List>
struct ForEachRequest;
template <typename... Actions>
struct ForEachRequest<service::ActionList<Actions...>> {
  // Calls f.template operator()<Request>() for each action.
  template <typename F>
  static void call(F&& f) {
    (f.template operator()<typename Actions::Request>(), ...);
  }
};

template <typename F>
void for_each_request(F&& f) {
  ForEachRequest<sqs::Actions>::call(f);
}

}  // namespace squire::fuzz
