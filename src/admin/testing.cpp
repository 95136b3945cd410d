// For tests: a clock that can be moved, and a wait for what should come.
#include <functional>

#include "admin/admin_request.hpp"
#include "squire/engine/outbox.hpp"
#include "squire/service/patience.hpp"

namespace squire::admin {
namespace {

constexpr Milliseconds kWaitDefault{30'000};
constexpr std::size_t kConditionsMax = 16;

Json clock_json(AdminRequest& asked, Milliseconds advanced) {
  return {{"now", to_json(asked.now())}, {"advanced", std::to_string(advanced.count()) + "ms"}};
}

// "visible==0": a number, what it is compared with, and how.
struct Condition {
  std::string name;
  std::string comparison;
  std::int64_t number = 0;

  bool holds(std::int64_t value) const {
    if (comparison == "==") return value == number;
    if (comparison == "!=") return value != number;
    if (comparison == "<=") return value <= number;
    if (comparison == ">=") return value >= number;
    return comparison == "<" ? value < number : value > number;
  }
};

using Values = std::map<std::string, std::int64_t>;

// What a wait looks at, with its values now, after the waiter was put on the lists of who is told
// of a change.
class Watched {
 public:
  Watched(engine::Broker& broker, std::shared_ptr<engine::Queue> queue, std::string protocol,
          std::string endpoint)
      : broker_(broker),
        queue_(std::move(queue)),
        protocol_(std::move(protocol)),
        endpoint_(std::move(endpoint)) {}

  Values look(const std::shared_ptr<Waiter>& waiter) {
    // An import has put another queue in its place.
    if (const auto current = queue_ ? broker_.find_queue(queue_->name()) : nullptr) {
      queue_ = current;
    }
    if (queue_) queue_->watch(waiter);
    broker_.store<engine::Outbox>().watch(waiter);
    return values();
  }

  Values values() const {
    Values values{{"outbox", outbox_count()}};
    if (!queue_) return values;
    const auto report = queue_->report();
    const auto add = [&](const char* name, std::uint64_t value) {
      values[name] = static_cast<std::int64_t>(value);
    };
    add("visible", report.counts.visible);
    add("inFlight", report.counts.in_flight);
    add("delayed", report.counts.delayed);
    add("total", report.counts.visible + report.counts.in_flight + report.counts.delayed);
    add("sent", report.totals.sent);
    add("received", report.totals.received);
    add("deleted", report.totals.deleted);
    return values;
  }

 private:
  std::int64_t outbox_count() const {
    const auto rows = broker_.store<engine::Outbox>().list(0, SIZE_MAX);
    return std::count_if(rows.begin(), rows.end(), [&](const engine::OutboxRow& row) {
      return (protocol_.empty() || protocol_ == engine::protocol_name(row.protocol)) &&
             (endpoint_.empty() || endpoint_ == row.endpoint);
    });
  }

  engine::Broker& broker_;
  std::shared_ptr<engine::Queue> queue_;  // null: only the outbox
  const std::string protocol_;
  const std::string endpoint_;
};

class Wait final : public service::AdminExchange {
 public:
  Wait(Watched watched, std::vector<Condition> conditions, Milliseconds timeout, const Clock& clock,
       std::shared_ptr<Waiter> waiter)
      : watched_(std::move(watched)),
        conditions_(std::move(conditions)),
        patience_{clock.now(), clock.now() + timeout},
        clock_(clock),
        waiter_(std::move(waiter)) {}

  std::optional<SiteReply> run(bool may_wait) override {
    const auto values = watched_.look(waiter_);
    const bool is_met = std::all_of(
        conditions_.begin(), conditions_.end(),
        [&](const Condition& condition) { return condition.holds(values.at(condition.name)); });
    if (!is_met && may_wait && patience_.lasts(clock_.now())) return std::nullopt;
    return reply({{"met", is_met}, {"values", values}}, is_met ? 200 : 408);
  }

  TimePoint deadline() const override { return patience_.end; }

 private:
  Watched watched_;
  const std::vector<Condition> conditions_;
  const service::Patience patience_;
  const Clock& clock_;
  const std::shared_ptr<Waiter> waiter_;
};

// Of "visible==0,outbox>=1"; nothing if one is not understood.
std::optional<std::vector<Condition>> parse_conditions(std::string_view text,
                                                       const Values& values) {
  std::vector<Condition> conditions;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const auto begin = part.find_first_of("=!<>");
    if (begin == std::string_view::npos || conditions.size() == kConditionsMax) return std::nullopt;
    const auto end = part.find_first_not_of("=!<>", begin);
    const auto number = parse_integer(part.substr(std::min(end, part.size())));
    Condition condition{std::string(part.substr(0, begin)),
                        std::string(part.substr(begin, end - begin)), number.value_or(0)};
    constexpr std::array<std::string_view, 6> kComparisons = {"==", "!=", "<=", ">=", "<", ">"};
    const bool is_known = std::find(kComparisons.begin(), kComparisons.end(),
                                    condition.comparison) != kComparisons.end();
    if (!number || !is_known || !values.contains(condition.name)) return std::nullopt;
    conditions.push_back(std::move(condition));
  }
  return conditions.empty() ? std::nullopt : std::optional(std::move(conditions));
}

}  // namespace

SiteReply not_testing() {
  return refuse(404, "This is only there with the setting testing: true (--testing true)");
}

SiteReply show_clock(AdminRequest& asked) {
  if (!asked.is_testing()) return not_testing();
  return reply(clock_json(asked, asked.advance_clock(Milliseconds(0))));
}

SiteReply move_clock(AdminRequest& asked) {
  if (!asked.is_testing()) return not_testing();
  const auto json = service::parse_document(asked.request.body, asked.request.body.size());
  const auto text = json.is_object() ? json.value("advance", Json()) : Json();
  const auto by = text.is_string() ? parse_duration(text.get<std::string>()) : std::nullopt;
  if (!by) return refuse(400, "Send {\"advance\": \"6m\"}: a number with ms, s, m, h or d");
  return reply(clock_json(asked, asked.advance_clock(*by)));
}

SiteReply refuse_wait(AdminRequest& asked) {
  if (!asked.is_testing()) return not_testing();
  const auto name = asked.parameter("queue");
  if (!name.empty() && !find_queue(asked, name)) {
    return refuse(404, "There is no queue " + std::string(name));
  }
  return refuse(400,
                "until holds conditions such as visible==0 or total<=5,outbox>=1 (of a ?queue=: "
                "visible, inFlight, delayed, total, sent, received, deleted; outbox, with "
                "?protocol= and ?endpoint=); timeout a duration such as 30s");
}

std::unique_ptr<service::AdminExchange> make_wait(AdminRequest& asked,
                                                  std::shared_ptr<Waiter> waiter) {
  const auto name = asked.parameter("queue");
  auto queue = name.empty() ? nullptr : find_queue(asked, name);
  if (!name.empty() && !queue) return nullptr;
  Watched watched(asked.broker, std::move(queue), std::string(asked.parameter("protocol")),
                  std::string(asked.parameter("endpoint")));
  auto conditions = parse_conditions(asked.parameter("until"), watched.values());
  const auto timeout_text = asked.parameter("timeout");
  const auto timeout =
      timeout_text.empty() ? std::optional(kWaitDefault) : parse_duration(timeout_text);
  if (!conditions || !timeout) return nullptr;
  return std::make_unique<Wait>(std::move(watched), std::move(*conditions), *timeout,
                                asked.broker.env().clock, std::move(waiter));
}

}  // namespace squire::admin
