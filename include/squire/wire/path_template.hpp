#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace squire::wire {

// The http trait of an action in the service's model.
struct Http {
  std::string_view method;
  std::string_view path;  // "/shelves/{Shelf}/books/{Title+}"
  unsigned status = 200;  // of a success
};

// What stands in a path in the place of labels, decoded.
using PathLabels = std::vector<std::pair<std::string_view, std::string>>;

// The template of a path: segments as they are, labels that stand for one segment each, and greedy
// ones, {Name+}, that stand for one or more, slashes included. A slash at the end means nothing.
class PathTemplate {
 public:
  // A constant, since labels are named by views into it.
  explicit PathTemplate(std::string_view text);

  std::optional<PathLabels> match(std::string_view path) const;

  // Whether it says more than the other, so that it is to be tried first.
  bool is_stricter_than(const PathTemplate& other) const;

 private:
  enum class Kind : std::uint8_t { Literal, Label, Greedy };
  struct Segment {
    Kind kind;
    std::string_view text;  // of a label, its name

    bool operator<(const Segment& other) const { return kind < other.kind; }
  };

  std::vector<Segment> segments_;
};

}  // namespace squire::wire
