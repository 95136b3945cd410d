// JSON bodies: the reader against another parser, and every action's request there and back.
#include <cctype>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "fuzz/check.hpp"
#include "squire/core/text.hpp"
#include "squire/wire/json.hpp"

namespace squire::fuzz {
namespace {

bool is_json(std::string_view text) {
  wire::JsonReader reader(text);
  reader.skip();
  return reader.finish().has_value();
}

bool is_nested_deeply(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return c == '[' || c == '{'; }) > 64;
}

// Where the other parser is known to decide otherwise: it refuses lone surrogates and numbers too
// big for a double, takes a byte order mark, and takes a zero byte for the end.
bool is_disputed(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf") || text.find('\0') != text.npos) return true;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    digits = std::isdigit(static_cast<unsigned char>(text[i])) ? digits + 1 : 0;
    if (digits > 0 && i + 1 < text.size() && std::tolower(text[i + 1]) == 'e') return true;
    if (digits > 300) return true;
    if (text[i] == '\\' && i + 2 < text.size() && text[i + 1] == 'u' &&
        std::tolower(text[i + 2]) == 'd') {
      return true;
    }
  }
  return is_nested_deeply(text);
}

template <typename Request>
void there_and_back(std::string_view body) {
  const auto request = wire::decode_json<Request>(body);
  if (request.has_error()) {
    check(!request.error().message.empty(), "an error has a text");
    return;
  }
  check(body.empty() || is_json(body), "what decodes is JSON", body);
  const std::string text = wire::encode_json(*request);
  if (!is_utf8(text)) return;  // a lone surrogate; checks of the actions refuse it
  check(nlohmann::json::accept(text), "what was written is JSON", text);
  const auto again = wire::decode_json<Request>(text);
  check(again.has_value(), "what was written can be read", text);
  check(wire::encode_json(*again) == text, "and says the same", text);
}

}  // namespace
}  // namespace squire::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace squire::fuzz;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  if (is_json(body)) check(body.find('\0') == body.npos, "JSON has no zero byte", body);
  if (!is_disputed(body)) {
    check(is_json(body) == nlohmann::json::accept(body), "both parsers agree", body);
  }
  for_each_request([&]<typename Request>() { there_and_back<Request>(body); });
  return 0;
}
