#include "net/worker.hpp"

#include <ctime>

#include "net/connection.hpp"

namespace squire::net {

const std::string& Worker::date() {
  const auto now = std::chrono::floor<Seconds>(WallClock().now());
  if (now != date_at_) {
    date_at_ = now;
    const std::time_t seconds = now.time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    date_.assign(text, std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts));
  }
  return date_;
}

void Worker::watch() {
  const TimePoint now = wire_clock.now();
  for (Connection* connection : connections) {
    if (connection->deadline() < now) connection->close();
  }
}

void Worker::wake_waiting() {
  for (Connection* connection : connections) connection->wake_waiting();
}

void Worker::begin_stop() {
  is_stopping = true;
  for (Connection* connection : connections) connection->begin_stop();
}

void Worker::close_all() {
  for (Connection* connection : connections) connection->close();
}

}  // namespace squire::net
