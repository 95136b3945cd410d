// Signatures. An input is lines: path, query, the Authorization header, X-Amz-Date, and a body.
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "fuzz/check.hpp"
#include "squire/access/signature.hpp"
#include "squire/core/iso_time.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace squire;
  static const access::Verifier kVerifier(
      {{"AKIDEXAMPLE", "a secret nobody guesses", access::Principal::root("000000000000")}});
  std::string_view input(reinterpret_cast<const char*>(data), size);
  std::array<std::string_view, 4> lines;
  for (auto& line : lines) {
    const auto end = std::min(input.find('\n'), input.size());
    line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  std::vector<Header> headers = {{"Host", "localhost"}};
  if (!lines[2].empty()) headers.push_back({"Authorization", lines[2]});
  if (!lines[3].empty()) headers.push_back({"X-Amz-Date", lines[3]});
  const auto verified = kVerifier.verify({"POST", lines[0], lines[1], headers, input}, "sqs",
                                         *parse_iso_time("2026-11-23T04:41:55Z"));
  fuzz::check(verified.has_error(), "nobody knows the secret");
  return 0;
}
