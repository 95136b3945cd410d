#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace squire::admin {

// account="…",region="…": names as they are, values escaped.
class Labels {
 public:
  Labels() = default;
  Labels(std::initializer_list<std::pair<std::string_view, std::string_view>> labels);

  Labels with(std::string_view name, std::string_view value) const;
  const std::string& text() const { return text_; }

 private:
  void add(std::string_view name, std::string_view value);

  std::string text_;
};

// One family of metrics in Prometheus' text format, version 0.0.4
// (prometheus.io/docs/instrumenting/exposition_formats), written as it is filled.
class MetricFamily {
 public:
  enum class Type { Counter, Gauge, Histogram };

  // Samples that are no more than `upper_bound`, and more than that of the bucket before.
  struct Bucket {
    double upper_bound;
    std::uint64_t count;
  };

  // `help` is one line without a backslash.
  MetricFamily(std::string name, std::string_view help, Type type);

  // Of counters and gauges.
  MetricFamily& add(const Labels& labels, double value);
  // Of histograms. The bound of the last bucket is infinite.
  MetricFamily& add(const Labels& labels, std::span<const Bucket> buckets, double sum);

  const std::string& text() const { return text_; }

 private:
  void add_line(std::string_view suffix, const Labels& labels, std::string_view value);

  const std::string name_;
  std::string text_;
};

}  // namespace squire::admin
