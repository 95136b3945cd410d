// What settings can be: for each type, how its text is read, how it is shown again, and the words
// in which errors say what it takes.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "squire/app/config.hpp"

namespace squire::app {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kUnbounded = std::numeric_limits<std::int64_t>::max();

template <typename T>
struct Form {
  // "a whole number, 0 to 65535": goes on behind "must be".
  std::string takes;
  // Nothing: the text is none. `wrong` is the text; of a list, the part that is none.
  std::function<std::optional<T>(std::string_view text, std::string& wrong)> read;
  std::function<Json(const T&)> show;
};

Form<std::string> text();
// Of which only some will do.
Form<std::string> text(bool (*is_good)(std::string_view), std::string takes);
Form<std::filesystem::path> path();
Form<bool> truth();

// Numbers from `min` to `max`.
Form<std::uint16_t> port_number(std::int64_t min);
Form<std::size_t> count(std::int64_t min = 0, std::int64_t max = kUnbounded);
Form<std::size_t> bytes(std::int64_t min = 0, std::int64_t max = kUnbounded);
Form<Seconds> seconds(std::int64_t min, std::int64_t max);

Form<boost::asio::ip::address> ip_address();
// Those that are optional are nothing if the text is empty.
Form<std::optional<boost::asio::ip::tcp::endpoint>> ip_endpoint();
Form<std::optional<BaseUrl>> base_url();

// With commas between; nothing in them if the text is empty.
Form<std::vector<std::uint16_t>> ports();
Form<std::vector<service::HostPattern>> hosts();
Form<std::vector<service::PageOrigin>> origins();
Form<std::vector<outbound::Network>> networks();

// One of these names.
template <typename E>
Form<E> choice(std::vector<std::pair<std::string_view, E>> choices) {
  std::string names;
  for (const auto& [name, value] : choices) names.append(names.empty() ? "" : ", ").append(name);
  return {"one of " + names,
          [choices](std::string_view text, std::string&) -> std::optional<E> {
            for (const auto& [name, value] : choices) {
              if (name == text) return value;
            }
            return std::nullopt;
          },
          [choices](const E& shown) {
            for (const auto& [name, value] : choices) {
              if (value == shown) return Json(std::string(name));
            }
            return Json();
          }};
}

// "http://broker:4566/": nothing if it is no URL.
std::optional<BaseUrl> parse_base_url(std::string_view text);

}  // namespace squire::app
