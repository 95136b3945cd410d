#include "squire/admin/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>

#include "admin/process_figures.hpp"
#include "squire/core/internal_errors.hpp"
#include "squire/core/mutex.hpp"
#include "squire/core/sharded.hpp"
#include "squire/engine/outbox.hpp"

namespace squire::admin {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using Labels = std::vector<ClientMetric::Label>;

constexpr std::array kSecondsBuckets = {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                        0.01,    0.025,  0.05,    0.1,    0.5,   1.0,    5.0};

// A family made when somebody asks, of what the broker knows anyway.
class Family {
 public:
  Family(std::string name, std::string help, MetricType type) {
    family_.name = std::move(name);
    family_.help = std::move(help);
    family_.type = type;
  }

  Family& add(Labels labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.counter.value = metric.gauge.value = value;
    family_.metric.push_back(std::move(metric));
    return *this;
  }

  MetricFamily take() { return std::move(family_); }

 private:
  MetricFamily family_;
};

Labels labels_of(const ResourceName& name, const char* kind) {
  return {{"account", name.account}, {"region", name.region}, {kind, name.name}};
}

Labels with(Labels labels, const char* name, std::string value) {
  labels.push_back({name, std::move(value)});
  return labels;
}

void add_queues(engine::Broker& broker, std::vector<MetricFamily>& families) {
  Family messages("squire_queue_messages", "Messages in a queue, by state.", MetricType::Gauge);
  Family age("squire_queue_oldest_message_age_seconds",
             "Age of the oldest message in a queue; 0 if it is empty.", MetricType::Gauge);
  Family sent("squire_queue_sent_messages_total", "Messages that came into a queue.",
              MetricType::Counter);
  Family received("squire_queue_received_messages_total", "Receives of a queue's messages.",
                  MetricType::Counter);
  Family deleted("squire_queue_deleted_messages_total", "Messages deleted by consumers.",
                 MetricType::Counter);
  const TimePoint now = broker.env().clock.now();
  for (const auto& queue : broker.all_queues()) {
    const auto report = queue->report();
    const auto labels = labels_of(queue->name(), "queue");
    messages.add(with(labels, "state", "visible"), double(report.counts.visible));
    messages.add(with(labels, "state", "in_flight"), double(report.counts.in_flight));
    messages.add(with(labels, "state", "delayed"), double(report.counts.delayed));
    age.add(labels,
            report.oldest_sent_at ? double((now - *report.oldest_sent_at).count()) / 1000 : 0);
    sent.add(labels, double(report.totals.sent));
    received.add(labels, double(report.totals.received));
    deleted.add(labels, double(report.totals.deleted));
  }
  for (auto* family : {&messages, &age, &sent, &received, &deleted}) {
    families.push_back(family->take());
  }
}

void add_topics(engine::Broker& broker, std::vector<MetricFamily>& families) {
  Family subscriptions("squire_topic_subscriptions", "Subscriptions of a topic, by state.",
                       MetricType::Gauge);
  Family pending("squire_topic_pending_deliveries",
                 "Messages that wait to be brought to a topic's endpoints.", MetricType::Gauge);
  for (const auto& topic : broker.topics().all()) {
    const auto labels = labels_of(topic->name(), "topic");
    const auto counts = topic->counts();
    subscriptions.add(with(labels, "state", "confirmed"), double(counts.confirmed));
    subscriptions.add(with(labels, "state", "pending"), double(counts.pending));
    pending.add(labels, double(broker.pending_delivery_count(*topic)));
  }
  families.push_back(subscriptions.take());
  families.push_back(pending.take());
}

void add_deliveries(engine::Broker& broker, std::vector<MetricFamily>& families) {
  Family deliveries("squire_deliveries_total",
                    "Attempts to bring a message to an endpoint, by outcome.", MetricType::Counter);
  const auto totals = broker.history().totals();
  using Kind = engine::Event::Kind;
  const auto of = [&](Kind kind) { return double(totals[static_cast<std::size_t>(kind)]); };
  deliveries.add({{"outcome", "delivered"}}, of(Kind::Delivered));
  deliveries.add({{"outcome", "failed"}}, of(Kind::AttemptFailed));
  deliveries.add({{"outcome", "given_up"}}, of(Kind::GivenUp));
  families.push_back(deliveries.take());
}

// Batches of the journal by how many records they held.
void add_journal(const engine::Journal& journal, std::vector<MetricFamily>& families) {
  const auto statistics = journal.statistics();
  MetricFamily batches;
  batches.name = "squire_journal_batch_records";
  batches.help = "Records in a commit of the journal.";
  batches.type = MetricType::Histogram;
  ClientMetric metric;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < statistics.batches.size(); ++i) {
    cumulative += statistics.batches[i];
    metric.histogram.bucket.push_back({cumulative, engine::JournalStatistics::bound(i)});
  }
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = double(statistics.record_count);
  batches.metric.push_back(std::move(metric));
  families.push_back(std::move(batches));
  families.push_back(Family("squire_journal_backlog_records",
                            "Records that wait for the next commit.", MetricType::Gauge)
                         .add({}, double(journal.backlog_count()))
                         .take());
  families.push_back(Family("squire_journal_disk_full",
                            "1 while what would add to the journal is refused for want of room.",
                            MetricType::Gauge)
                         .add({}, journal.room() == engine::Room::Enough ? 0 : 1)
                         .take());
}

void add_process(std::vector<MetricFamily>& families) {
  const auto figures = read_process_figures();
  const auto add = [&](const char* name, const char* help, MetricType type, double value) {
    families.push_back(Family(name, help, type).add({}, value).take());
  };
  add("process_resident_memory_bytes", "Resident memory size in bytes.", MetricType::Gauge,
      double(figures.resident_bytes));
  add("process_virtual_memory_bytes", "Virtual memory size in bytes.", MetricType::Gauge,
      double(figures.virtual_bytes));
  add("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
      MetricType::Counter, figures.cpu_seconds);
  add("process_open_fds", "Number of open file descriptors.", MetricType::Gauge,
      double(figures.open_files));
  add("process_max_fds", "Maximum number of open file descriptors.", MetricType::Gauge,
      double(figures.open_files_max));
  add("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
      MetricType::Gauge, figures.started_at);
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

void add_durations(const std::map<Kind, Tally>& tallies, std::vector<MetricFamily>& families) {
  std::map<std::pair<std::string_view, std::string_view>, Tally> by_action;
  for (const auto& [kind, tally] : tallies) {
    by_action[{std::get<0>(kind), std::get<1>(kind)}].add(tally);
  }
  MetricFamily durations;
  durations.name = "squire_request_duration_seconds";
  durations.help = "Time to answer a request, without what a poll waited for messages.";
  durations.type = MetricType::Histogram;
  for (const auto& [action, tally] : by_action) {
    ClientMetric metric;
    metric.label = {{"action", std::string(action.second)}, {"service", std::string(action.first)}};
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < tally.buckets.size(); ++i) {
      cumulative += tally.buckets[i];
      metric.histogram.bucket.push_back(
          {cumulative, i < kSecondsBuckets.size() ? kSecondsBuckets[i]
                                                  : std::numeric_limits<double>::infinity()});
    }
    metric.histogram.sample_count = cumulative;
    metric.histogram.sample_sum = tally.seconds;
    durations.metric.push_back(std::move(metric));
  }
  families.push_back(std::move(durations));
}

void add_requests(const Requests& all, std::vector<MetricFamily>& families) {
  Family requests("squire_requests_total", "Requests, by action and error code (empty: success).",
                  MetricType::Counter);
  for (const auto& [kind, tally] : all.tallies) {
    const auto& [service, action, code] = kind;
    requests.add({{"action", std::string(action)},
                  {"code", std::string(code)},
                  {"service", std::string(service)}},
                 double(tally.count()));
  }
  families.push_back(requests.take());
  add_durations(all.tallies, families);
  families.push_back(
      Family("squire_request_bytes_total", "Bytes of request bodies.", MetricType::Counter)
          .add({}, double(all.request_bytes))
          .take());
  families.push_back(
      Family("squire_reply_bytes_total", "Bytes of reply bodies.", MetricType::Counter)
          .add({}, double(all.reply_bytes))
          .take());
}

void add_internal_errors(std::vector<MetricFamily>& families) {
  Family errors("squire_internal_errors_total", "What went wrong inside, by where it was caught.",
                MetricType::Counter);
  for (std::size_t i = 0; i < static_cast<std::size_t>(Border::kCount); ++i) {
    const auto border = static_cast<Border>(i);
    errors.add({{"where", std::string(border_name(border))}},
               double(internal_errors().count(border)));
  }
  families.push_back(errors.take());
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
    std::vector<MetricFamily> families;
    add_requests(all_requests(), families);
    add_queues(broker_, families);
    add_topics(broker_, families);
    add_deliveries(broker_, families);
    add_journal(broker_.env().journal, families);
    add_internal_errors(families);
    families.push_back(Family("squire_connections", "Open connections.", MetricType::Gauge)
                           .add({}, double(sources_.connection_count()))
                           .take());
    families.push_back(Family("squire_outbox_entries", "Entries in the outbox.", MetricType::Gauge)
                           .add({}, double(broker_.store<engine::Outbox>().count()))
                           .take());
    add_process(families);
    return prometheus::TextSerializer().Serialize(families);
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
