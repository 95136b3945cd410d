// An action's shapes with every kind of value in every spelling, for the codec tests.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "squire/wire/field.hpp"

namespace squire::test {

using wire::Blob;
using wire::entry;
using wire::field;
using wire::flat;
using wire::required;

struct Point {
  std::string label;
  std::optional<int> x;
  Blob data;
  std::vector<std::string> notes;

  static constexpr auto fields() {
    return std::tuple{field("Label", &Point::label), field("X", &Point::x),
                      field("Data", &Point::data), field("Notes", &Point::notes, flat("Note"))};
  }
  friend bool operator==(const Point&, const Point&) = default;
};

struct Sample {
  std::string text;
  std::optional<std::string> maybe;
  bool flag = false;
  int number = 0;
  std::int64_t big = 0;
  Blob blob;
  std::vector<std::string> flat_list;
  std::vector<std::string> nested_list;
  std::map<std::string, std::string> flat_map;
  std::map<std::string, std::string> nested_map;
  std::map<std::string, std::string> entry_map;
  std::map<std::string, Point> points;
  std::vector<Point> path;
  std::optional<Point> origin;

  static constexpr auto fields() {
    return std::tuple{field("Text", &Sample::text),
                      field("Maybe", &Sample::maybe),
                      field("Flag", &Sample::flag),
                      field("Number", &Sample::number),
                      field("Big", &Sample::big),
                      field("Blob", &Sample::blob),
                      field("FlatList", &Sample::flat_list, flat("Item")),
                      field("NestedList", &Sample::nested_list),
                      field("FlatMap", &Sample::flat_map, flat("Attribute")),
                      field("NestedMap", &Sample::nested_map),
                      field("EntryMap", &Sample::entry_map, entry("Name", "Value")),
                      field("Points", &Sample::points, flat("Point", "Key", "Value")),
                      field("Path", &Sample::path, flat("Step")),
                      field("Origin", &Sample::origin)};
  }
  friend bool operator==(const Sample&, const Sample&) = default;
};

// What a request must have.
struct Demanding {
  struct Entry {
    std::string id;
    std::optional<int> count;
    static constexpr auto fields() {
      return std::tuple{required("Id", &Entry::id), required("Count", &Entry::count)};
    }
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  std::string url;
  std::vector<std::string> names;
  std::map<std::string, std::string> tags;
  std::vector<Entry> entries;
  static constexpr auto fields() {
    return std::tuple{required("Url", &Demanding::url),
                      required("Names", &Demanding::names, flat("Name")),
                      required("Tags", &Demanding::tags, flat("Tag", "Key", "Value")),
                      field("Entries", &Demanding::entries, flat("Entry"))};
  }
  friend bool operator==(const Demanding&, const Demanding&) = default;
};

}  // namespace squire::test
