#include "app/setting_forms.hpp"

#include <algorithm>
#include <sstream>

#include "squire/core/text.hpp"

namespace squire::app {
namespace {

namespace ip = boost::asio::ip;

constexpr std::int64_t kPortMax = 65'535;

std::string range(std::int64_t min, std::int64_t max) {
  return std::to_string(min) + (max == kUnbounded ? " or more" : " to " + std::to_string(max));
}

std::optional<std::int64_t> parse_within(std::string_view text, std::int64_t min,
                                         std::int64_t max) {
  const auto number = parse_integer(text);
  return number && *number >= min && *number <= max ? number : std::nullopt;
}

// `unit`: " of bytes", or empty.
template <typename T>
Form<T> number(std::int64_t min, std::int64_t max, const std::string& unit) {
  return {"a whole number" + unit + ", " + range(min, max),
          [min, max](std::string_view text, std::string&) -> std::optional<T> {
            const auto number = parse_within(text, min, max);
            return number ? std::make_optional(static_cast<T>(*number)) : std::nullopt;
          },
          [](const T& value) {
            if constexpr (std::is_same_v<T, Seconds>) {
              return Json(value.count());
            } else {
              return Json(value);
            }
          }};
}

// The value of parse(text) unless the text is empty.
template <typename T, typename Parse, typename Show>
Form<std::optional<T>> perhaps(std::string takes, Parse parse, Show show) {
  return {std::move(takes),
          [parse](std::string_view text, std::string&) -> std::optional<std::optional<T>> {
            if (text.empty()) return std::optional<T>();
            auto value = parse(text);
            if (!value) return std::nullopt;
            return value;
          },
          [show](const std::optional<T>& value) { return value ? show(*value) : std::string(); }};
}

// parse(part) gives the value of each part, or nothing; show(value) a text of it.
template <typename T, typename Parse, typename Show>
Form<std::vector<T>> list(std::string takes, Parse parse, Show show) {
  return {std::move(takes),
          [parse](std::string_view text, std::string& wrong) -> std::optional<std::vector<T>> {
            std::vector<T> values;
            while (!text.empty()) {
              const auto end = std::min(text.find(','), text.size());
              auto part = text.substr(0, end);
              text.remove_prefix(std::min(end + 1, text.size()));
              part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
              part = part.substr(0, part.find_last_not_of(' ') + 1);
              auto value = parse(part);
              if (!value) {
                if (!part.empty()) wrong = part;
                return std::nullopt;
              }
              values.push_back(*std::move(value));
            }
            return values;
          },
          [show](const std::vector<T>& values) {
            std::string text;
            for (const auto& value : values)
              text.append(text.empty() ? "" : ",").append(show(value));
            return text;
          }};
}

std::optional<ip::address> parse_address(std::string_view text) {
  boost::system::error_code error;
  const auto address = ip::make_address(std::string(text), error);
  return error ? std::nullopt : std::make_optional(address);
}

// "127.0.0.1:4567", "[::1]:4567"
std::optional<ip::tcp::endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = parse_address(host);
  const auto port = parse_within(text.substr(colon + 1), 0, kPortMax);
  if (!address || !port) return std::nullopt;
  return ip::tcp::endpoint(*address, static_cast<std::uint16_t>(*port));
}

std::string show_endpoint(const ip::tcp::endpoint& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto port = parse_within(text, 1, kPortMax);
  return port ? std::make_optional(static_cast<std::uint16_t>(*port)) : std::nullopt;
}

}  // namespace

std::optional<BaseUrl> parse_base_url(std::string_view text) {
  auto parts = parse_url(text);
  if (!parts) return std::nullopt;
  return BaseUrl{std::string(text.substr(0, text.find_last_not_of('/') + 1)), *std::move(parts)};
}

Form<std::string> text() {
  return text([](std::string_view) { return true; }, "a text");
}

Form<std::string> text(bool (*is_good)(std::string_view), std::string takes) {
  return {std::move(takes),
          [is_good](std::string_view text, std::string&) {
            return is_good(text) ? std::make_optional<std::string>(text) : std::nullopt;
          },
          [](const std::string& value) { return value; }};
}

Form<std::filesystem::path> path() {
  return {"a path",
          [](std::string_view text, std::string&) {
            return std::make_optional<std::filesystem::path>(text);
          },
          [](const std::filesystem::path& value) { return value.string(); }};
}

Form<bool> truth() {
  return {"true or false",
          [](std::string_view text, std::string&) -> std::optional<bool> {
            if (text != "true" && text != "false") return std::nullopt;
            return text == "true";
          },
          [](bool value) { return value; }};
}

Form<std::uint16_t> port_number(std::int64_t min) {
  return number<std::uint16_t>(min, kPortMax, "");
}

Form<std::size_t> count(std::int64_t min, std::int64_t max) {
  return number<std::size_t>(min, max, "");
}

Form<std::size_t> bytes(std::int64_t min, std::int64_t max) {
  return number<std::size_t>(min, max, " of bytes");
}

Form<Seconds> seconds(std::int64_t min, std::int64_t max) {
  return number<Seconds>(min, max, " of seconds");
}

Form<ip::address> ip_address() {
  return {"an IP address such as 127.0.0.1 or ::1",
          [](std::string_view text, std::string&) { return parse_address(text); },
          [](const ip::address& address) { return address.to_string(); }};
}

Form<std::optional<ip::tcp::endpoint>> ip_endpoint() {
  return perhaps<ip::tcp::endpoint>(
      "an IP address and a port, 0 to 65535, such as 127.0.0.1:4567 or [::1]:4567, or empty",
      parse_endpoint, show_endpoint);
}

Form<std::optional<BaseUrl>> base_url() {
  return perhaps<BaseUrl>("a URL such as http://broker:4566, or empty", parse_base_url,
                          [](const BaseUrl& url) { return url.text; });
}

Form<std::vector<std::uint16_t>> ports() {
  return list<std::uint16_t>("ports, 1 to 65535, with commas between, such as 9324,4100",
                             parse_port, [](std::uint16_t port) { return std::to_string(port); });
}

Form<std::vector<service::HostPattern>> hosts() {
  return list<service::HostPattern>(
      "names of hosts with commas between, such as broker.example, or *.example for all below, "
      "without scheme and port",
      service::parse_host_pattern,
      [](const service::HostPattern& host) { return (host.is_wild ? "*." : "") + host.name; });
}

Form<std::vector<service::PageOrigin>> origins() {
  return list<service::PageOrigin>(
      "origins with commas between, each scheme, host and port of a page, such as "
      "https://app.example or http://localhost:3000, without a path",
      service::parse_page_origin, [](const service::PageOrigin& origin) { return origin.text; });
}

Form<std::vector<outbound::Network>> networks() {
  return list<outbound::Network>(
      "networks with commas between, such as 10.0.0.0/8, 2001:db8::/32 or 192.0.2.7, or the word "
      "private",
      outbound::parse_network, [](const outbound::Network& network) { return network.name; });
}

}  // namespace squire::app
