#include "admin/metrics_text.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace squire::admin {
namespace {

constexpr int kDigits = 16;  // 17 would write 0.1 as 0.10000000000000001

std::string_view name_of(MetricFamily::Type type) {
  switch (type) {
    case MetricFamily::Type::Counter:
      return "counter";
    case MetricFamily::Type::Gauge:
      return "gauge";
    case MetricFamily::Type::Histogram:
      return "histogram";
  }
  return {};
}

// Not std::to_chars: its tables for doubles are 100 kB of the binary. Nobody calls setlocale().
std::string to_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  std::array<char, 32> digits;
  const int length = std::snprintf(digits.data(), digits.size(), "%.*g", kDigits, value);
  return {digits.data(), static_cast<std::size_t>(length)};
}

}  // namespace

Labels::Labels(std::initializer_list<std::pair<std::string_view, std::string_view>> labels) {
  for (const auto& [name, value] : labels) add(name, value);
}

Labels Labels::with(std::string_view name, std::string_view value) const {
  Labels longer = *this;
  longer.add(name, value);
  return longer;
}

void Labels::add(std::string_view name, std::string_view value) {
  if (!text_.empty()) text_ += ',';
  text_.append(name).append("=\"");
  for (const char c : value) {
    if (c == '\\' || c == '"' || c == '\n') text_ += '\\';
    text_ += c == '\n' ? 'n' : c;
  }
  text_ += '"';
}

MetricFamily::MetricFamily(std::string name, std::string_view help, Type type)
    : name_(std::move(name)) {
  text_.append("# HELP ").append(name_).append(" ").append(help);
  text_.append("\n# TYPE ").append(name_).append(" ").append(name_of(type)).append("\n");
}

MetricFamily& MetricFamily::add(const Labels& labels, double value) {
  add_line("", labels, to_text(value));
  return *this;
}

MetricFamily& MetricFamily::add(const Labels& labels, std::span<const Bucket> buckets, double sum) {
  std::uint64_t count = 0;
  for (const auto& bucket : buckets) count += bucket.count;
  add_line("_count", labels, std::to_string(count));
  add_line("_sum", labels, to_text(sum));
  count = 0;
  for (const auto& bucket : buckets) {
    count += bucket.count;
    add_line("_bucket", labels.with("le", to_text(bucket.upper_bound)), std::to_string(count));
  }
  return *this;
}

void MetricFamily::add_line(std::string_view suffix, const Labels& labels, std::string_view value) {
  text_.append(name_).append(suffix);
  if (!labels.text().empty()) text_.append("{").append(labels.text()).append("}");
  text_.append(" ").append(value).append("\n");
}

}  // namespace squire::admin
