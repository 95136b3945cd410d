// What the journal costs: per record in batches of n, per commit, per start. The directory is made
// under $TMPDIR: put it on the disk you want to know about.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "squire/storage/sqlite_journal.hpp"
#include "support/commit_waiter.hpp"
#include "support/temporary_directory.hpp"

namespace squire::storage {
namespace {

using engine::MessageKey;

constexpr std::uint64_t kQueueCount = 4;

// A journal with a few queues, whose messages are counted by `next`.
struct Fixture {
  Fixture() : journal(SqliteOptions{.directory = directory.path()}) {
    waiter = test::CommitWaiter::of(journal);
    for (std::uint32_t queue = 0; queue < kQueueCount; ++queue) {
      journal.append(engine::QueueRow{queue, {"us-east-1", "000000000000", "q"}, {}, {}, {}, {}});
    }
  }

  static MessageKey key(std::uint64_t number) {
    return {static_cast<std::uint32_t>(number % kQueueCount), number / kQueueCount};
  }

  engine::Ticket put(std::uint64_t number) {
    engine::MessageRow row;
    row.key = key(number);
    row.id.bytes[number % 16] = static_cast<std::uint8_t>(number);
    row.sent_at = row.available_at = TimePoint(Milliseconds(1'700'000'000'000 + number));
    row.body = body;
    return journal.append(std::move(row));
  }

  engine::Ticket put_many(std::uint64_t first, std::uint64_t count) {
    engine::Ticket ticket = 0;
    for (std::uint64_t i = 0; i < count; ++i) ticket = put(first + i);
    return ticket;
  }

  void fill(std::uint64_t count) {
    constexpr std::uint64_t kPart = 20'000;
    for (std::uint64_t i = 0; i < count; i += kPart) waiter->wait(journal, put_many(i, kPart));
  }

  test::TemporaryDirectory directory;
  SqliteJournal journal;
  std::shared_ptr<test::CommitWaiter> waiter;
  std::shared_ptr<const engine::Body> body =
      std::make_shared<const engine::Body>(std::string(100, 'x'));
};

void Insert(benchmark::State& state) {
  Fixture fixture;
  const auto batch = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t next = 0;
  for (auto _ : state) {
    fixture.waiter->wait(fixture.journal, fixture.put_many(next, batch));
    next += batch;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(next));
}
BENCHMARK(Insert)->Arg(1)->Arg(32)->Arg(1000)->Arg(10'000)->UseRealTime();

// What a FIFO queue writes: group and deduplication id, and the row that remembers the latter.
void InsertFifo(benchmark::State& state) {
  Fixture fixture;
  const auto batch = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t next = 0;
  for (auto _ : state) {
    engine::Ticket ticket = 0;
    for (std::uint64_t i = 0; i < batch; ++i, ++next) {
      engine::Details details;
      details.group_id = "group " + std::to_string(next % 100);
      details.deduplication_id = "deduplication " + std::to_string(next);
      engine::MessageRow row;
      row.key = Fixture::key(next);
      row.body = fixture.body;
      fixture.journal.append(
          engine::DeduplicationRow{row.key, details.deduplication_id, {}, row.id, {}});
      row.details = std::make_shared<const engine::Details>(std::move(details));
      ticket = fixture.journal.append(std::move(row));
    }
    fixture.waiter->wait(fixture.journal, ticket);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(next));
}
BENCHMARK(InsertFifo)->Arg(32)->Arg(10'000)->UseRealTime();

void Delete(benchmark::State& state) {
  constexpr std::uint64_t kStored = 2'000'000;
  Fixture fixture;
  fixture.fill(kStored);
  const auto batch = static_cast<std::uint64_t>(state.range(0));
  // 0: in the order of sending, 1: every second message, as if several consumers raced.
  const auto step = static_cast<std::uint64_t>(state.range(1)) + 1;
  std::uint64_t next = 0;
  for (auto _ : state) {
    engine::Ticket ticket = 0;
    for (std::uint64_t i = 0; i < batch; ++i) {
      const std::uint64_t place = next++ * step % kStored;
      ticket = fixture.journal.append(engine::MessageGone{
          {static_cast<std::uint32_t>(place % kQueueCount), place / kQueueCount * step}});
    }
    fixture.waiter->wait(fixture.journal, ticket);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(next));
}
BENCHMARK(Delete)
    ->ArgNames({"batch", "scattered"})
    ->Args({1, 0})
    ->Args({32, 0})
    ->Args({1000, 0})
    ->Args({10'000, 0})
    ->Args({10'000, 1})
    ->UseRealTime();

// Send, receive, delete of everything, some batches apart: what a busy broker does all day.
void Cycle(benchmark::State& state) {
  Fixture fixture;
  const auto batch = static_cast<std::uint64_t>(state.range(0));
  const std::uint64_t lag = 4 * batch;
  std::uint64_t next = 0;
  for (auto _ : state) {
    engine::Ticket ticket = 0;
    for (std::uint64_t i = 0; i < batch; ++i, ++next) {
      ticket = fixture.put(next);
      if (next < lag) continue;
      engine::DeliveryRow delivery;
      delivery.key = Fixture::key(next - lag);
      fixture.journal.append(engine::LazyDelivery{delivery});
      fixture.journal.append(engine::MessageGone{delivery.key});
    }
    fixture.waiter->wait(fixture.journal, ticket);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(next));
}
BENCHMARK(Cycle)->Arg(32)->Arg(1000)->Arg(10'000)->UseRealTime();

// The caller's share alone.
void Append(benchmark::State& state) {
  constexpr std::uint64_t kBatch = 10'000;
  Fixture fixture;
  std::uint64_t next = 0;
  for (auto _ : state) {
    const auto ticket = fixture.put(next++);
    if (next % kBatch != 0) continue;
    state.PauseTiming();
    fixture.waiter->wait(fixture.journal, ticket);
    state.ResumeTiming();
  }
}
BENCHMARK(Append);

void Load(benchmark::State& state) {
  test::TemporaryDirectory copy;
  {
    Fixture fixture;
    fixture.fill(static_cast<std::uint64_t>(state.range(0)));
    std::filesystem::create_hard_link(fixture.directory.path() / "squire.db",
                                      copy.path() / "squire.db");
  }
  SqliteJournal journal({.directory = copy.path()});
  for (auto _ : state) {
    std::int64_t count = 0;
    journal.load([&](engine::Record) { ++count; });
    state.counters["rows"] = static_cast<double>(count);
  }
  state.SetItemsProcessed(state.range(0) * state.iterations());
}
BENCHMARK(Load)->Arg(1'000'000)->UseRealTime()->Unit(benchmark::kMillisecond);

// What a sender notices of a purge of that many messages: its slowest commit meanwhile.
void Purge(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  Fixture fixture;
  fixture.fill(count);
  std::vector<double> seconds;
  for (auto _ : state) {
    for (std::uint32_t queue = 0; queue < kQueueCount; ++queue) {
      fixture.journal.append(engine::QueuePurged{queue, count});
    }
    for (std::uint64_t i = 0; i < 1000; ++i) {
      const auto start = std::chrono::steady_clock::now();
      fixture.waiter->wait(fixture.journal, fixture.put(kQueueCount * count + i));
      seconds.push_back(
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
  }
  std::ranges::sort(seconds);
  state.counters["p50_ms"] = seconds[seconds.size() / 2] * 1000;
  state.counters["max_ms"] = seconds.back() * 1000;
}
BENCHMARK(Purge)->Arg(1'000'000)->UseRealTime()->Unit(benchmark::kMillisecond)->Iterations(1);

// Open an empty directory, and close it again.
void OpenNew(benchmark::State& state) {
  for (auto _ : state) {
    test::TemporaryDirectory directory;
    SqliteJournal journal({.directory = directory.path() / "data"});
    benchmark::DoNotOptimize(journal.has_failed());
  }
}
BENCHMARK(OpenNew)->UseRealTime()->Unit(benchmark::kMillisecond);

void Reopen(benchmark::State& state) {
  test::TemporaryDirectory directory;
  for (auto _ : state) {
    SqliteJournal journal({.directory = directory.path() / "data"});
    benchmark::DoNotOptimize(journal.has_failed());
  }
}
BENCHMARK(Reopen)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace squire::storage

BENCHMARK_MAIN();
