#include "squire/core/internal_errors.hpp"

namespace squire {

std::string_view border_name(Border border) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Border::kCount)> kNames = {
      "request", "delivery", "alarm", "tick", "journal", "load"};
  return kNames[static_cast<std::size_t>(border)];
}

void InternalErrors::report(Border border, std::string_view what) {
  ++counts_[static_cast<std::size_t>(border)];
  if (listener_) listener_(border, what);
}

InternalErrors& internal_errors() {
  static InternalErrors errors;
  return errors;
}

}  // namespace squire
