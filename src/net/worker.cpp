#include "net/worker.hpp"

#include "net/connection.hpp"
#include "net/reply_head.hpp"

namespace squire::net {

const std::string& Worker::date() {
  const auto now = std::chrono::floor<Seconds>(WallClock().now());
  if (now != date_at_) {
    date_at_ = now;
    date_ = http_date(now);
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
