#include "app/json_file.hpp"

#include <fstream>
#include <sstream>

namespace squire::app {
namespace {

engine::StringMap to_string_map(const Json& object, const std::string& source,
                                const std::string& key) {
  if (!object.is_object()) fail(source, key, "must be an object");
  engine::StringMap map;
  for (const auto& [name, value] : object.items()) map[name] = to_text(value);
  return map;
}

QueueDeclaration read_queue(const Json& object, const std::string& source,
                            const std::string& place) {
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

SubscriptionDeclaration read_subscription(const Json& object, const std::string& source,
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

TopicDeclaration read_topic(const Json& object, const std::string& source,
                            const std::string& place) {
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
void read_array(const Json& array, const std::string& source, const std::string& key, Read&& read) {
  if (!array.is_array()) fail(source, key, "must be an array");
  for (std::size_t i = 0; i < array.size(); ++i) {
    read(array[i], key + "[" + std::to_string(i) + "]");
  }
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    throw ConfigError("cannot read the configuration file " + path.string());
  }
  return text.str();
}

Json parse_json(const std::string& text, const std::string& source) {
  try {
    return Json::parse(text, nullptr, true, true);
  } catch (const Json::parse_error& error) {
    // What was read last may be a secret.
    const std::string_view what = error.what();
    throw ConfigError(source +
                      ": not valid JSON: " + std::string(what.substr(0, what.find("; last read"))));
  }
}

Json parse_object(const std::string& text, const std::string& source) {
  auto document = parse_json(text, source);
  if (!document.is_object()) throw ConfigError(source + ": must be a JSON object");
  return document;
}

std::string to_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void fail(const std::string& source, std::string_view key, const std::string& why) {
  throw ConfigError(source + ": \"" + std::string(key) + "\" " + why);
}

bool read_declarations(Config& config, const std::string& key, const Json& value,
                       const std::string& source) {
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
