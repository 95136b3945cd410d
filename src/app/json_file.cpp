#include "app/json_file.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

namespace squire::app {
namespace {

engine::StringMap to_string_map(const Json& object, const Source& source, const std::string& key) {
  if (!object.is_object()) fail(source, key, "must be an object");
  engine::StringMap map;
  for (const auto& [name, value] : object.items()) map[name] = to_text(value);
  return map;
}

QueueDeclaration read_queue(const Json& object, const Source& source, const std::string& place) {
  if (!object.is_object()) fail(source, place, "must be an object");
  QueueDeclaration queue;
  for (const auto& [key, value] : object.items()) {
    const std::string path = place + "." + key;
    if (key == "name" && value.is_string()) {
      queue.name = value;
    } else if (key == "attributes") {
      queue.attributes = to_string_map(value, source, path);
    } else if (key == "tags") {
      queue.tags = to_string_map(value, source, path);
    } else if (key == "dead_letter_queue" && value.is_string()) {
      queue.dead_letter_queue = value;
    } else if (key == "max_receive_count" && value.is_number_integer()) {
      const auto count = value.get<std::int64_t>();
      if (count < 0 || count > INT32_MAX) fail(source, path, "must be a whole number, 1 to 1000");
      queue.max_receive_count = static_cast<int>(count);
    } else {
      fail(source, path,
           "is not understood; a queue has name, attributes, tags, dead_letter_queue (a name) and "
           "max_receive_count (a number)");
    }
  }
  if (queue.name.empty()) fail(source, place, "has no name");
  if (queue.dead_letter_queue.empty() != (queue.max_receive_count == 0)) {
    fail(source, place, "needs both dead_letter_queue and max_receive_count, or none");
  }
  return queue;
}

SubscriptionDeclaration read_subscription(const Json& object, const Source& source,
                                          const std::string& place) {
  if (!object.is_object()) fail(source, place, "must be an object");
  SubscriptionDeclaration subscription;
  for (const auto& [key, value] : object.items()) {
    if (key == "queue" && value.is_string()) {
      subscription.protocol = "sqs";
      subscription.endpoint = value;
    } else if (key == "protocol" && value.is_string()) {
      subscription.protocol = value;
    } else if (key == "endpoint" && value.is_string()) {
      subscription.endpoint = value;
    } else if (key == "attributes") {
      subscription.attributes = to_string_map(value, source, place + "." + key);
    } else {
      fail(source, place + "." + key,
           "is not understood; a subscription has queue (a name), or protocol and endpoint, and "
           "attributes");
    }
  }
  if (subscription.protocol.empty() || subscription.endpoint.empty()) {
    fail(source, place, "needs a queue, or a protocol and an endpoint");
  }
  return subscription;
}

TopicDeclaration read_topic(const Json& object, const Source& source, const std::string& place) {
  if (!object.is_object()) fail(source, place, "must be an object");
  TopicDeclaration topic;
  for (const auto& [key, value] : object.items()) {
    const std::string path = place + "." + key;
    if (key == "name" && value.is_string()) {
      topic.name = value;
    } else if (key == "attributes") {
      topic.attributes = to_string_map(value, source, path);
    } else if (key == "tags") {
      topic.tags = to_string_map(value, source, path);
    } else if (key == "subscriptions" && value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        topic.subscriptions.push_back(
            read_subscription(value[i], source, path + "[" + std::to_string(i) + "]"));
      }
    } else {
      fail(source, path,
           "is not understood; a topic has name, attributes, tags and subscriptions (an array)");
    }
  }
  if (topic.name.empty()) fail(source, place, "has no name");
  return topic;
}

// Calls read(element, place) for each element of the array.
template <typename Read>
void read_array(const Json& array, const Source& source, const std::string& key, Read&& read) {
  if (!array.is_array()) fail(source, key, "must be an array");
  for (std::size_t i = 0; i < array.size(); ++i) {
    read(array[i], key + "[" + std::to_string(i) + "]");
  }
}

// Characters on their way to a parser, which are counted: no more than the token that it has just
// understood was read, whenever that is a key or a bracket.
struct Counted {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at;
  int* line;

  reference operator*() const { return *at; }
  Counted& operator++() {
    if (*at++ == '\n') ++*line;
    return *this;
  }
  Counted operator++(int) {
    auto before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Counted& other) const { return at == other.at; }
};

// Follows a parser and notes the line of each key, and of each object in an array.
class LineNotes {
 public:
  LineNotes(Source& source, const int& line, const std::string& root)
      : source_(source), line_(line), root_(root) {}

  void follow(Json::parse_event_t event, const Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::key) {
      levels_.back().next = join(levels_.back().path, parsed.get<std::string>());
      source_.note(levels_.back().next, line_);
    } else if (event == Event::object_end || event == Event::array_end) {
      levels_.pop_back();
    } else {
      const auto path = next_path();
      if (event == Event::value) return;  // who has read a number has looked beyond it
      source_.note(path, line_);
      levels_.push_back({path, event == Event::array_start});
    }
  }

 private:
  struct Level {
    std::string path;
    bool is_array;
    std::string next = {};  // in an object
    std::size_t count = 0;  // in an array
  };

  static std::string join(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
  }

  std::string next_path() {
    if (levels_.empty()) return root_;
    auto& level = levels_.back();
    return level.is_array ? level.path + "[" + std::to_string(level.count++) + "]" : level.next;
  }

  Source& source_;
  const int& line_;
  const std::string root_;
  std::vector<Level> levels_;
};

// "squire.json:3: not valid JSON: ...". What was read last may be a secret, and is left out.
[[noreturn]] void fail_to_parse(const std::string& text, const std::string& name,
                                const Json::parse_error& error) {
  const auto before = std::min(std::max<std::size_t>(error.byte, 1) - 1, text.size());
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(before), '\n');
  std::string what = error.what();
  what = what.substr(0, what.find("; last read"));
  const auto begin = what.find(": ");  // behind "[...] parse error at line 3, column 7"
  throw ConfigError(name + ":" + std::to_string(line) + ": not valid JSON" +
                    what.substr(std::min(begin, what.size())));
}

}  // namespace

std::string Source::place_of(std::string path) const {
  for (;;) {
    if (const auto found = lines_.find(path); found != lines_.end()) {
      return name_ + ":" + std::to_string(found->second);
    }
    const auto end = path.find_last_of(".[");
    if (end == std::string::npos) return name_;
    path.resize(end);
  }
}

std::string read_file(const std::filesystem::path& path, std::string_view what) {
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    throw ConfigError("cannot read " + std::string(what) + " " + path.string());
  }
  return text.str();
}

Document parse_document(const std::string& text, const std::string& name, const std::string& root) {
  Document document{nullptr, Source(name)};
  int line = 1;
  LineNotes notes(document.source, line, root);
  try {
    document.json = Json::parse(
        Counted{text.data(), &line}, Counted{text.data() + text.size(), &line},
        [&](int, Json::parse_event_t event, Json& parsed) {
          notes.follow(event, parsed);
          return true;
        },
        true, true);
  } catch (const Json::parse_error& error) {
    fail_to_parse(text, name, error);
  }
  return document;
}

Document parse_object(const std::string& text, const std::string& name) {
  auto document = parse_document(text, name);
  if (!document.json.is_object()) throw ConfigError(name + ": must be a JSON object");
  return document;
}

std::string to_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void fail(const Source& source, const std::string& path, const std::string& why) {
  throw ConfigError(source.place_of(path) + ": \"" + path + "\" " + why);
}

bool read_declarations(Config& config, const std::string& key, const Json& value,
                       const Source& source) {
  if (key == "queues") {
    read_array(value, source, key, [&](const Json& element, const std::string& place) {
      config.queues.push_back(read_queue(element, source, place));
    });
    return true;
  }
  if (key == "topics") {
    read_array(value, source, key, [&](const Json& element, const std::string& place) {
      config.topics.push_back(read_topic(element, source, place));
    });
    return true;
  }
  return false;
}

}  // namespace squire::app
