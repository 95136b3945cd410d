#include "storage/row_codec.hpp"

#include <charconv>

#include "squire/storage/sqlite_journal.hpp"

namespace squire::storage {
namespace {

void append_netstring(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
  out += ',';
}

std::string take_netstring(std::string_view& bytes) {
  std::size_t size = 0;
  const char* end = bytes.data() + bytes.size();
  const auto [colon, error] = std::from_chars(bytes.data(), end, size);
  const auto left = static_cast<std::size_t>(end - colon);
  // The length, a colon, that many bytes, a comma.
  if (error != std::errc() || left < 2 || *colon != ':' || size > left - 2 ||
      colon[1 + size] != ',') {
    throw StorageError("squire.db: attributes or tags are damaged");
  }
  std::string text(colon + 1, size);
  bytes.remove_prefix(static_cast<std::size_t>(colon + 2 + size - bytes.data()));
  return text;
}

}  // namespace

std::string encode(const engine::StringMap& map) {
  std::string out;
  for (const auto& [name, value] : map) {
    append_netstring(out, name);
    append_netstring(out, value);
  }
  return out;
}

std::string encode(const MessageAttributes& attributes) {
  std::string out;
  for (const auto& [name, attribute] : attributes) {
    append_netstring(out, name);
    append_netstring(out, attribute.type);
    append_netstring(out, attribute.value);
  }
  return out;
}

engine::StringMap decode_string_map(std::string_view bytes) {
  engine::StringMap map;
  while (!bytes.empty()) {
    std::string name = take_netstring(bytes);
    map[std::move(name)] = take_netstring(bytes);
  }
  return map;
}

MessageAttributes decode_attributes(std::string_view bytes) {
  MessageAttributes attributes;
  while (!bytes.empty()) {
    std::string name = take_netstring(bytes);
    auto& attribute = attributes[std::move(name)];
    attribute.type = take_netstring(bytes);
    attribute.value = take_netstring(bytes);
  }
  return attributes;
}

}  // namespace squire::storage
