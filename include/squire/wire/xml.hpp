// The Query protocol's answers: structs into XML.
#pragma once

#include <string>
#include <string_view>

#include "squire/core/text.hpp"
#include "squire/wire/field.hpp"

namespace squire::wire {

// Escapes & < > " and CR (a parser would turn a bare CR into LF and break body digests). What XML
// cannot carry at all is written as U+FFFD.
void write_xml_text(std::string& out, std::string_view text);

inline void open_tag(std::string& out, std::string_view name) {
  out += '<';
  out += name;
  out += '>';
}

inline void close_tag(std::string& out, std::string_view name) {
  out += "</";
  out += name;
  out += '>';
}

template <RecordType T>
void write_xml_fields(std::string& out, const T& record);

// The content of an element, without its tags.
template <typename T>
void write_xml(std::string& out, const T& value) {
  if constexpr (kIsOptional<T>) {
    write_xml(out, *value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    write_xml_text(out, value);
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    out += std::to_string(value);
  } else if constexpr (std::is_same_v<T, Blob>) {
    out += base64_encode(value.bytes);
  } else {
    write_xml_fields(out, value);
  }
}

template <typename T>
void write_xml_element(std::string& out, std::string_view name, const T& value) {
  open_tag(out, name);
  write_xml(out, value);
  close_tag(out, name);
}

template <RecordType T>
void write_xml_fields(std::string& out, const T& record) {
  for_each_field<T>([&](const auto& field) {
    const auto& value = record.*field.member;
    using Value = std::remove_cvref_t<decltype(value)>;
    if (!field.is_required && is_absent(value)) return;
    const auto name = field.query_name();
    const bool is_flat = field.spelling.is_flat;
    if constexpr (kIsVector<Value>) {
      if (!is_flat) open_tag(out, name);
      for (const auto& element : value) {
        write_xml_element(out, is_flat ? name : "member", element);
      }
      if (!is_flat) close_tag(out, name);
    } else if constexpr (kIsMap<Value>) {
      if (!is_flat) open_tag(out, name);
      for (const auto& [key, element] : value) {
        open_tag(out, is_flat ? name : "entry");
        write_xml_element(out, field.spelling.key, key);
        write_xml_element(out, field.spelling.value, element);
        close_tag(out, is_flat ? name : "entry");
      }
      if (!is_flat) close_tag(out, name);
    } else {
      write_xml_element(out, name, value);
    }
  });
}

// <?xml?><ActionResponse><ActionResult>…</ActionResult><ResponseMetadata>…. The Result element is
// there, even if empty, for every action that has an output: SDKs insist.
template <RecordType T>
std::string encode_xml(std::string_view action, std::string_view xml_namespace,
                       std::string_view request_id, const T& response) {
  std::string out = "<?xml version=\"1.0\"?>\n<";
  out.reserve(512);
  const auto tag = [&](std::string_view suffix) {
    out += action;
    out += suffix;
  };
  tag("Response xmlns=\"");
  out += xml_namespace;
  out += "\">";
  if constexpr (!std::is_same_v<T, NoOutput>) {
    out += '<';
    tag("Result>");
    const std::size_t begin = out.size();
    write_xml_fields(out, response);
    if (out.size() == begin) {
      out.back() = '/';
      out += '>';
    } else {
      out += "</";
      tag("Result>");
    }
  }
  out += "<ResponseMetadata><RequestId>";
  out += request_id;
  out += "</RequestId></ResponseMetadata></";
  tag("Response>");
  return out;
}

}  // namespace squire::wire
