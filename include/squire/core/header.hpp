#pragma once

#include <span>
#include <string_view>

namespace squire {

// One line of an HTTP header, as it was sent.
struct Header {
  std::string_view name;
  std::string_view value;
};

// The value of the first header of that name, in whatever case; null if there is none.
const std::string_view* find_header(std::span<const Header> headers, std::string_view name);

// Likewise; empty if there is none.
std::string_view header_value(std::span<const Header> headers, std::string_view name);

}  // namespace squire
