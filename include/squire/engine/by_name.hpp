#pragma once

#include <string_view>
#include <tuple>

#include "squire/core/arn.hpp"

namespace squire::engine {

// A resource's name as it stands in a list.
struct NameView {
  std::string_view region;
  std::string_view account;
  std::string_view name;
};

// Puts queues or topics into the order in which they are listed: by name within a region and
// account. For sets of pointers to them, in which a NameView can be looked up.
struct ByName {
  using is_transparent = void;

  static auto key(const ResourceName& name) {
    return std::tuple<std::string_view, std::string_view, std::string_view>(
        name.region, name.account, name.name);
  }
  static auto key(const NameView& view) { return std::tuple(view.region, view.account, view.name); }
  template <typename Pointer>
  static auto key(const Pointer& resource) {
    return key(resource->name());
  }

  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    return key(a) < key(b);
  }
};

}  // namespace squire::engine
