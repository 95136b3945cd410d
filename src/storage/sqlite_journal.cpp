#include "squire/storage/sqlite_journal.hpp"

#include <utility>
#include <variant>

#include "squire/core/internal_errors.hpp"
#include "storage/loader.hpp"
#include "storage/sqlite_writer.hpp"
#include "storage/topic_loader.hpp"

namespace squire::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long a delivery, or with Durability::Relaxed any record, may wait for company.
constexpr milliseconds kGatherTime(100);
// Relaxed batches are written at once beyond this, so that memory stays bounded.
constexpr std::size_t kGatherCountMax = 50'000;
// A log that is left alone for this long is copied into the database.
constexpr milliseconds kIdleTime(1000);

}  // namespace

template <typename... Records>
engine::Ticket SqliteJournal::Writer::append(Records&&... records) {
  const bool is_lazy = (std::holds_alternative<engine::DeliveryRow>(records) && ...);
  engine::Ticket ticket = 0;
  bool must_wake = false;
  {
    Lock lock(mutex_);
    if (!is_lazy) {
      ticket = appended_.load(std::memory_order_relaxed) + 1;
      appended_.store(ticket, std::memory_order_relaxed);
    }
    // Nobody will write it: the ticket never becomes durable.
    if (has_failed()) return ticket;
    (pending_.push_back(std::move(records)), ...);
    has_ticketed_ |= !is_lazy;
    must_wake = sleep_ == Sleep::UntilAny || (sleep_ == Sleep::UntilUrgent && is_urgent());
    if (must_wake) sleep_ = Sleep::None;
  }
  if (must_wake) condition_.notify();
  return ticket;
}

bool SqliteJournal::Writer::is_durable(engine::Ticket ticket) const noexcept {
  if (is_relaxed()) return !has_failed();
  return ticket <= committed_.load(std::memory_order_acquire);
}

void SqliteJournal::Writer::flush() {
  Lock lock(mutex_);
  const auto wanted = ++flushes_wanted_;
  sleep_ = Sleep::None;
  condition_.notify();
  while (flushes_done_ < wanted && !has_failed()) flushed_.wait(mutex_);
}

std::size_t SqliteJournal::Writer::backlog_count() const noexcept {
  // In this order, so that the difference is never negative.
  const auto committed = committed_.load(std::memory_order_acquire);
  return appended_.load(std::memory_order_relaxed) - committed;
}

engine::JournalStatistics SqliteJournal::Writer::statistics() const {
  engine::JournalStatistics statistics;
  for (std::size_t i = 0; i < batches_.size(); ++i) statistics.batches[i] = batches_[i];
  statistics.record_count = record_count_;
  return statistics;
}

void SqliteJournal::Writer::count(std::size_t batch_size) {
  if (batch_size == 0) return;
  std::size_t bucket = 0;
  while (static_cast<double>(batch_size) > engine::JournalStatistics::bound(bucket)) ++bucket;
  ++batches_[bucket];
  record_count_ += batch_size;
}

void SqliteJournal::Writer::on_commit(std::weak_ptr<Waiter> waiter) {
  Lock lock(waiters_mutex_);
  waiters_.push_back(std::move(waiter));
}

void SqliteJournal::Writer::load(const std::function<void(engine::Record)>& apply) {
  // The thread leaves the database alone as long as nothing was appended.
  records_->finish_purges();
  for (const std::uint32_t queue : load_rows(*database_, apply)) {
    append(engine::Record(engine::QueueGone{queue}));
  }
}

void SqliteJournal::Writer::read_archive(const engine::ArchiveQuery& query,
                                         std::function<void(ArchiveRows)> done) {
  {
    Lock lock(mutex_);
    readers_.push_back({query, std::move(done)});
    sleep_ = Sleep::None;
  }
  condition_.notify();
}

std::string SqliteJournal::Writer::failure() const {
  Lock lock(mutex_);
  return failure_;
}

bool SqliteJournal::Writer::is_urgent() const {
  return is_relaxed() ? pending_.size() >= kGatherCountMax : has_ticketed_;
}

void SqliteJournal::Writer::run() {
  std::vector<engine::Record> batch;
  try {
    for (bool is_last = false; !is_last;) {
      const Work work = take(batch);
      commit(batch, work);
      batch.clear();
      is_last = work.is_last;
    }
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

SqliteJournal::Writer::Work SqliteJournal::Writer::take(std::vector<engine::Record>& batch) {
  Lock lock(mutex_);
  auto now = steady_clock::now();
  const bool must_continue = has_written_ && records_->has_purges();
  const auto idle_at = database_->has_log() ? std::optional(now + kIdleTime) : std::nullopt;
  while (!is_stopping_ && !is_urgent() && !must_continue && flushes_wanted_ == flushes_done_ &&
         readers_.empty() && errand_ == nullptr) {
    if (!flush_at_ && !pending_.empty()) flush_at_ = now + kGatherTime;
    const auto wake_at = flush_at_ ? flush_at_ : idle_at;
    if (wake_at && now >= *wake_at) break;
    sleep_ = flush_at_ ? Sleep::UntilUrgent : Sleep::UntilAny;
    wake_at ? condition_.wait_until(mutex_, *wake_at) : condition_.wait(mutex_);
    sleep_ = Sleep::None;
    now = steady_clock::now();
  }
  Work work;
  work.is_last = is_stopping_;
  work.flush = flushes_wanted_;
  work.readers.swap(readers_);
  work.errand = std::exchange(errand_, nullptr);
  work.with_deliveries =
      is_stopping_ || work.flush != flushes_done_ || (flush_at_ && now >= *flush_at_);
  if (work.with_deliveries) flush_at_.reset();
  work.is_idle = pending_.empty() && !flush_at_ && !must_continue;
  work.last = appended_.load(std::memory_order_relaxed);
  has_ticketed_ = false;
  batch.swap(pending_);
  return work;
}

void SqliteJournal::Writer::commit(const std::vector<engine::Record>& batch, const Work& work) {
  records_->write(batch, work.with_deliveries);
  count(batch.size());
  has_written_ |= !batch.empty();
  if (records_->has_deliveries() && !flush_at_) flush_at_ = steady_clock::now() + kGatherTime;
  if (committed_.load(std::memory_order_relaxed) != work.last) {
    committed_.store(work.last, std::memory_order_release);
    notify_waiters();
  }
  {
    Lock lock(mutex_);
    if (std::exchange(flushes_done_, work.flush) != work.flush) flushed_.notify();
  }
  for (const Reader& reader : work.readers) {
    auto rows = storage::read_archive(*database_, reader.query);
    guarded(Border::Journal, "archive", [&] { reader.done(std::move(rows)); });
  }
  // After the answers, which need not wait for it.
  if (database_->needs_checkpoint() || (work.is_idle && database_->has_log())) {
    database_->checkpoint();
  }
  if (work.errand) step(*work.errand);
}

void SqliteJournal::Writer::fail(const std::string& why) {
  std::vector<engine::Record> dropped;
  {
    Lock lock(mutex_);
    failure_ = why;
    has_failed_.store(true, std::memory_order_release);
    dropped.swap(pending_);
    flushed_.notify();
    errand_done_.notify();
  }
  notify_waiters();
}

void SqliteJournal::Writer::notify_waiters() {
  {
    Lock lock(waiters_mutex_);
    std::erase_if(waiters_, [this](const std::weak_ptr<Waiter>& waiter) {
      auto alive = waiter.lock();
      if (alive) to_notify_.push_back(std::move(alive));
      return waiter.expired();
    });
  }
  for (const auto& waiter : to_notify_) waiter->notify();
  to_notify_.clear();
}

SqliteJournal::SqliteJournal(SqliteOptions options)
    : writer_(std::make_unique<Writer>(std::move(options))) {}

SqliteJournal::~SqliteJournal() = default;

engine::Ticket SqliteJournal::append(engine::Record record) {
  return writer_->append(std::move(record));
}

engine::Ticket SqliteJournal::append_both(engine::Record first, engine::Record second) {
  return writer_->append(std::move(first), std::move(second));
}

bool SqliteJournal::is_durable(engine::Ticket ticket) const noexcept {
  return writer_->is_durable(ticket);
}

engine::Ticket SqliteJournal::last_ticket() const noexcept {
  return writer_->last_ticket();
}

void SqliteJournal::flush() {
  writer_->flush();
}

bool SqliteJournal::has_failed() const noexcept {
  return writer_->has_failed();
}

std::size_t SqliteJournal::backlog_count() const noexcept {
  return writer_->backlog_count();
}

engine::JournalStatistics SqliteJournal::statistics() const {
  return writer_->statistics();
}

void SqliteJournal::on_commit(std::weak_ptr<Waiter> waiter) {
  writer_->on_commit(std::move(waiter));
}

void SqliteJournal::load(const std::function<void(engine::Record)>& apply) {
  writer_->load(apply);
}

void SqliteJournal::read_archive(const engine::ArchiveQuery& query,
                                 std::function<void(ArchiveRows)> done) {
  writer_->read_archive(query, std::move(done));
}

void SqliteJournal::begin_copy(const std::string& file) {
  writer_->begin_copy(file);
}

void SqliteJournal::finish_copy(const std::function<void(const Apply&)>&) {
  writer_->finish_copy();
}

void SqliteJournal::replace(const std::string& file) {
  writer_->replace(file);
}

std::string SqliteJournal::failure() const {
  return writer_->failure();
}

}  // namespace squire::storage
