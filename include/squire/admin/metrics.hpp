#pragma once

#include <functional>
#include <memory>
#include <string>

#include "squire/engine/broker.hpp"
#include "squire/service/observer.hpp"

namespace squire::admin {

// What only others can count.
struct MetricSources {
  std::function<std::size_t()> connection_count = [] { return std::size_t{0}; };
};

// Counts requests, and tells Prometheus of them, of queues, topics, journal and process: the text
// behind GET /metrics. Thread-safe; a request costs a mutex that only its own thread takes, and a
// few additions.
class Metrics final : public service::Observer {
 public:
  // The broker outlives the metrics.
  Metrics(engine::Broker& broker, MetricSources sources);
  ~Metrics() override;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void answered(const service::Answered& answered) override;

  // Prometheus' text format, version 0.0.4.
  std::string text() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace squire::admin
