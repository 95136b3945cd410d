#include "squire/admin/metrics.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>

#include "admin/metrics_text.hpp"
#include "admin/process_figures.hpp"
#include "squire/core/internal_errors.hpp"
#include "squire/core/mutex.hpp"
#include "squire/core/sharded.hpp"
#include "squire/engine/outbox.hpp"

namespace squire::admin {
namespace {

using Type = MetricFamily::Type;

constexpr std::array kSecondsBuckets = {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                        0.01,    0.025,  0.05,    0.1,    0.5,   1.0,    5.0};

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void add_single(const char* name, const char* help, Type type, double value, std::string& text) {
  text += MetricFamily(name, help, type).add({}, value).text();
}

Labels labels_of(const ResourceName& name, const char* kind) {
  return {{"account", name.account}, {"region", name.region}, {kind, name.name}};
}

void add_queues(engine::Broker& broker, std::string& text) {
  MetricFamily messages("squire_queue_messages", "Messages in a queue, by state.", Type::Gauge);
  MetricFamily age("squire_queue_oldest_message_age_seconds",
                   "Age of the oldest message in a queue; 0 if it is empty.", Type::Gauge);
  MetricFamily sent("squire_queue_sent_messages_total", "Messages that came into a queue.",
                    Type::Counter);
  MetricFamily received("squire_queue_received_messages_total", "Receives of a queue's messages.",
                        Type::Counter);
  MetricFamily deleted("squire_queue_deleted_messages_total", "Messages deleted by consumers.",
                       Type::Counter);
  const TimePoint now = broker.env().clock.now();
  for (const auto& queue : broker.all_queues()) {
    const auto report = queue->report();
    const auto labels = labels_of(queue->name(), "queue");
    messages.add(labels.with("state", "visible"), double(report.counts.visible));
    messages.add(labels.with("state", "in_flight"), double(report.counts.in_flight));
    messages.add(labels.with("state", "delayed"), double(report.counts.delayed));
    age.add(labels,
            report.oldest_sent_at ? double((now - *report.oldest_sent_at).count()) / 1000 : 0);
    sent.add(labels, double(report.totals.sent));
    received.add(labels, double(report.totals.received));
    deleted.add(labels, double(report.totals.deleted));
  }
  for (const auto* family : {&messages, &age, &sent, &received, &deleted}) text += family->text();
}

void add_topics(engine::Broker& broker, std::string& text) {
  MetricFamily subscriptions("squire_topic_subscriptions", "Subscriptions of a topic, by state.",
                             Type::Gauge);
  MetricFamily pending("squire_topic_pending_deliveries",
                       "Messages that wait to be brought to a topic's endpoints.", Type::Gauge);
  for (const auto& topic : broker.topics().all()) {
    const auto labels = labels_of(topic->name(), "topic");
    const auto counts = topic->counts();
    subscriptions.add(labels.with("state", "confirmed"), double(counts.confirmed));
    subscriptions.add(labels.with("state", "pending"), double(counts.pending));
    pending.add(labels, double(broker.pending_delivery_count(*topic)));
  }
  text += subscriptions.text();
  text += pending.text();
}

void add_deliveries(engine::Broker& broker, std::string& text) {
  MetricFamily deliveries("squire_deliveries_total",
                          "Attempts to bring a message to an endpoint, by outcome.", Type::Counter);
  const auto totals = broker.history().totals();
  using Kind = engine::Event::Kind;
  const auto of = [&](Kind kind) { return double(totals[static_cast<std::size_t>(kind)]); };
  deliveries.add({{"outcome", "delivered"}}, of(Kind::Delivered));
  deliveries.add({{"outcome", "failed"}}, of(Kind::AttemptFailed));
  deliveries.add({{"outcome", "given_up"}}, of(Kind::GivenUp));
  text += deliveries.text();
}

// Batches of the journal by how many records they held.
void add_journal(const engine::Journal& journal, std::string& text) {
  const auto statistics = journal.statistics();
  std::array<MetricFamily::Bucket, std::tuple_size_v<decltype(statistics.batches)>> buckets;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    buckets[i] = {engine::JournalStatistics::bound(i), statistics.batches[i]};
  }
  text += MetricFamily("squire_journal_batch_records", "Records in a commit of the journal.",
                       Type::Histogram)
              .add({}, buckets, double(statistics.record_count))
              .text();
  add_single("squire_journal_backlog_records", "Records that wait for the next commit.",
             Type::Gauge, double(journal.backlog_count()), text);
  add_single("squire_journal_disk_full",
             "1 while what would add to the journal is refused for want of room.", Type::Gauge,
             journal.room() == engine::Room::Enough ? 0 : 1, text);
}

void add_process(std::string& text) {
  const auto figures = read_process_figures();
  add_single("process_resident_memory_bytes", "Resident memory size in bytes.", Type::Gauge,
             double(figures.resident_bytes), text);
  add_single("process_virtual_memory_bytes", "Virtual memory size in bytes.", Type::Gauge,
             double(figures.virtual_bytes), text);
  add_single("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
             Type::Counter, figures.cpu_seconds, text);
  add_single("process_open_fds", "Number of open file descriptors.", Type::Gauge,
             double(figures.open_files), text);
  add_single("process_max_fds", "Maximum number of open file descriptors.", Type::Gauge,
             double(figures.open_files_max), text);
  add_single("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
             Type::Gauge, figures.started_at, text);
}

// Service, action and error code (empty: success): texts of our own tables, there for good.
using Kind = std::tuple<std::string_view, std::string_view, std::string_view>;

// Requests of one kind.
struct Tally {
  std::array<std::uint64_t, kSecondsBuckets.size() + 1> buckets{};  // the last: slower than all
  double seconds = 0;

  void add(double took) {
    const auto bucket = std::lower_bound(kSecondsBuckets.begin(), kSecondsBuckets.end(), took);
    ++buckets[static_cast<std::size_t>(bucket - kSecondsBuckets.begin())];
    seconds += took;
  }
  void add(const Tally& other) {
    for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] += other.buckets[i];
    seconds += other.seconds;
  }
  std::uint64_t count() const { return std::accumulate(buckets.begin(), buckets.end(), 0ull); }
};

struct Requests {
  std::map<Kind, Tally> tallies;
  std::uint64_t request_bytes = 0;
  std::uint64_t reply_bytes = 0;

  void add(const Requests& other) {
    for (const auto& [kind, tally] : other.tallies) tallies[kind].add(tally);
    request_bytes += other.request_bytes;
    reply_bytes += other.reply_bytes;
  }
};

void add_durations(const std::map<Kind, Tally>& tallies, std::string& text) {
  std::map<std::pair<std::string_view, std::string_view>, Tally> by_action;
  for (const auto& [kind, tally] : tallies) {
    by_action[{std::get<0>(kind), std::get<1>(kind)}].add(tally);
  }
  MetricFamily durations("squire_request_duration_seconds",
                         "Time to answer a request, without what a poll waited for messages.",
                         Type::Histogram);
  for (const auto& [action, tally] : by_action) {
    std::array<MetricFamily::Bucket, kSecondsBuckets.size() + 1> buckets;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      buckets[i] = {i < kSecondsBuckets.size() ? kSecondsBuckets[i] : kInfinity, tally.buckets[i]};
    }
    durations.add({{"action", action.second}, {"service", action.first}}, buckets, tally.seconds);
  }
  text += durations.text();
}

void add_requests(const Requests& all, std::string& text) {
  MetricFamily requests("squire_requests_total",
                        "Requests, by action and error code (empty: success).", Type::Counter);
  for (const auto& [kind, tally] : all.tallies) {
    const auto& [service, action, code] = kind;
    requests.add({{"action", action}, {"code", code}, {"service", service}}, double(tally.count()));
  }
  text += requests.text();
  add_durations(all.tallies, text);
  add_single("squire_request_bytes_total", "Bytes of request bodies.", Type::Counter,
             double(all.request_bytes), text);
  add_single("squire_reply_bytes_total", "Bytes of reply bodies.", Type::Counter,
             double(all.reply_bytes), text);
}

void add_internal_errors(std::string& text) {
  MetricFamily errors("squire_internal_errors_total",
                      "What went wrong inside, by where it was caught.", Type::Counter);
  for (std::size_t i = 0; i < static_cast<std::size_t>(Border::kCount); ++i) {
    const auto border = static_cast<Border>(i);
    errors.add({{"where", border_name(border)}}, double(internal_errors().count(border)));
  }
  text += errors.text();
}

}  // namespace

class Metrics::State {
 public:
  State(engine::Broker& broker, MetricSources sources)
      : broker_(broker), sources_(std::move(sources)) {}

  void count(const service::Answered& answered) {
    Counts& counts = counts_.mine();
    Lock lock(counts.mutex);
    counts.requests.tallies[{answered.service, answered.action, answered.error_code}].add(
        std::chrono::duration<double>(answered.duration).count());
    counts.requests.request_bytes += answered.request_bytes;
    counts.requests.reply_bytes += answered.reply.body.size();
  }

  std::string text() const {
    std::string text;
    add_requests(all_requests(), text);
    add_queues(broker_, text);
    add_topics(broker_, text);
    add_deliveries(broker_, text);
    add_journal(broker_.env().journal, text);
    add_internal_errors(text);
    add_single("squire_connections", "Open connections.", Type::Gauge,
               double(sources_.connection_count()), text);
    add_single("squire_outbox_entries", "Entries in the outbox.", Type::Gauge,
               double(broker_.store<engine::Outbox>().count()), text);
    add_process(text);
    return text;
  }

 private:
  struct Counts {
    mutable Mutex mutex{LockRank::Leaf};
    Requests requests GUARDED_BY(mutex);
  };

  Requests all_requests() const {
    Requests all;
    for (const auto& shard : counts_) {
      const Counts& counts = shard.value;
      Lock lock(counts.mutex);
      all.add(counts.requests);
    }
    return all;
  }

  engine::Broker& broker_;
  const MetricSources sources_;
  Sharded<Counts> counts_;
};

Metrics::Metrics(engine::Broker& broker, MetricSources sources)
    : state_(std::make_unique<State>(broker, std::move(sources))) {}

Metrics::~Metrics() = default;

void Metrics::answered(const service::Answered& answered) {
  state_->count(answered);
}

std::string Metrics::text() const {
  return state_->text();
}

}  // namespace squire::admin
