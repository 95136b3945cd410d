#pragma once

#include <functional>
#include <map>
#include <string>

namespace squire {

// One user attribute (MessageAttributeValue). `value` is text for String and Number, bytes for
// Binary; `type` is the full DataType, custom label included.
struct MessageAttribute {
  std::string type;
  std::string value;

  bool is_binary() const { return type.starts_with("Binary"); }
  friend bool operator==(const MessageAttribute&, const MessageAttribute&) = default;
};

// Sorted by name: the order the attribute digest needs.
using MessageAttributes = std::map<std::string, MessageAttribute, std::less<>>;

}  // namespace squire
