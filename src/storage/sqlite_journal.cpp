#include "squire/storage/sqlite_journal.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "squire/core/heartbeat.hpp"
#include "squire/core/internal_errors.hpp"
#include "storage/archive.hpp"
#include "storage/loader.hpp"
#include "storage/sqlite_writer.hpp"

namespace squire::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long a lazy delivery, or with Durability::Relaxed any record, may wait for company.
constexpr milliseconds kGatherTime(100);
// Relaxed batches are written at once beyond this, so that memory stays bounded.
constexpr std::size_t kGatherCountMax = 50'000;
// A log that is left alone for this long is copied into the database.
constexpr milliseconds kIdleTime(1000);
// Until what did not fit on the disk is tried again.
constexpr milliseconds kRetryTime(250);
// It comes round so often, if only to say that it is there.
constexpr milliseconds kBeatTime(1000);

template <typename T>
void move_to_end(std::vector<T>& from, std::vector<T>& to) {
  if (to.empty()) {
    to.swap(from);
  } else {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    from.clear();
  }
}

}  // namespace

SqliteJournal::Writer::Writer(SqliteOptions options)
    : options_(std::move(options)), lock_(options_.directory) {
  open();
  lock_.sync();
  thread_ = std::thread([this] { run(); });
}

SqliteJournal::Writer::~Writer() {
  {
    Lock lock(mutex_);
    is_stopping_ = true;
  }
  condition_.notify();
  thread_.join();
}

void SqliteJournal::Writer::tell(const std::string& what) const {
  if (options_.on_event) options_.on_event(what);
}

void SqliteJournal::Writer::begin() {
  if (phase_ != Phase::Opened) return;
  phase_ = Phase::Running;
  condition_.notify();
}

template <typename... Records>
engine::Ticket SqliteJournal::Writer::append(Records&&... records) {
  const bool is_lazy = (std::holds_alternative<engine::LazyDelivery>(records) && ...);
  engine::Ticket ticket = 0;
  bool must_wake = false;
  {
    Lock lock(mutex_);
    begin();
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

bool SqliteJournal::Writer::flush() {
  Lock lock(mutex_);
  begin();
  const auto last = appended_.load(std::memory_order_relaxed);
  const auto wanted = ++flushes_wanted_;
  sleep_ = Sleep::None;
  condition_.notify();
  while (flushes_done_ < wanted && !has_failed()) flushed_.wait(mutex_);
  return !has_failed() && last <= committed_.load(std::memory_order_acquire);
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
  {
    Lock lock(mutex_);
    phase_ = Phase::Loading;
  }
  const auto finish_purges = [this] { records_->finish_purges(); };
  if (!fits(finish_purges)) {
    make_room();
    finish_purges();
  }
  for (const std::uint32_t queue : load_rows(*database_, apply)) {
    append(engine::Record(engine::QueueGone{queue}));
  }
  {
    Lock lock(mutex_);
    phase_ = Phase::Running;
  }
  condition_.notify();
}

void SqliteJournal::Writer::read_archive(const engine::ArchiveQuery& query,
                                         std::function<void(ArchiveRows)> done) {
  {
    Lock lock(mutex_);
    begin();
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
  Heart heart("journal");
  heart_ = &heart;
  Work work;
  try {
    do {
      take(work);
      heart.beat("a commit");
      records_->tell(&heart);
      if (!commit(work) && work.is_last) throw DiskFull("there is no space left on the disk");
    } while (!work.is_last);
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

void SqliteJournal::Writer::take(Work& work) {
  Lock lock(mutex_);
  heart_->rest("waiting for the load");
  while (phase_ != Phase::Running && !is_stopping_) condition_.wait(mutex_);
  heart_->beat();
  const bool is_busy = records_->has_purges() || is_shrinking_;
  const Time now = room() == engine::Room::None ? wait_for_room() : wait_for_work(is_busy);
  work.is_last = is_stopping_;
  work.flush = flushes_wanted_;
  if (task_ != nullptr) work.task = std::exchange(task_, nullptr);
  work.with_deliveries |=
      is_stopping_ || work.flush != flushes_done_ || (flush_at_ && now >= *flush_at_);
  if (work.with_deliveries) flush_at_.reset();
  work.is_idle = pending_.empty() && work.batch.empty() && !flush_at_ && !records_->has_purges();
  work.last = appended_.load(std::memory_order_relaxed);
  has_ticketed_ = false;
  move_to_end(readers_, work.readers);
  move_to_end(pending_, work.batch);
}

SqliteJournal::Writer::Time SqliteJournal::Writer::wait_for_work(bool is_busy) {
  auto now = steady_clock::now();
  const auto idle_at =
      database_->has_log() || !reserve_->is_held() ? std::optional(now + kIdleTime) : std::nullopt;
  while (!is_stopping_ && !is_urgent() && !is_busy && flushes_wanted_ == flushes_done_ &&
         readers_.empty() && task_ == nullptr) {
    if (!flush_at_ && !pending_.empty()) flush_at_ = now + kGatherTime;
    const auto wake_at = flush_at_ ? flush_at_ : idle_at;
    if (wake_at && now >= *wake_at) break;
    sleep_ = flush_at_ ? Sleep::UntilUrgent : Sleep::UntilAny;
    condition_.wait_until(mutex_, std::min(wake_at.value_or(now + kBeatTime), now + kBeatTime));
    sleep_ = Sleep::None;
    heart_->beat();
    now = steady_clock::now();
  }
  return now;
}

SqliteJournal::Writer::Time SqliteJournal::Writer::wait_for_room() {
  auto now = steady_clock::now();
  const auto retry_at = now + kRetryTime;
  while (!is_stopping_ && flushes_wanted_ == flushes_done_ && now < retry_at) {
    condition_.wait_until(mutex_, retry_at);
    now = steady_clock::now();
  }
  return now;
}

bool SqliteJournal::Writer::commit(Work& work) {
  const bool is_written = write(work);
  if (is_written) {
    answer(work);
  } else {
    notify_waiters();
  }
  {
    Lock lock(mutex_);
    if (std::exchange(flushes_done_, work.flush) != work.flush) flushed_.notify();
  }
  if (is_written) {
    for (const Reader& reader : std::exchange(work.readers, {})) {
      auto rows = storage::read_archive(*database_, reader.query);
      guarded(Border::Journal, "archive", [&] { reader.done(std::move(rows)); });
    }
    // After the answers, which need not wait for it.
    keep_house(work);
  }
  if (work.task) run(*std::exchange(work.task, nullptr));
  return is_written;
}

void SqliteJournal::Writer::answer(Work& work) {
  count(work.batch.size());
  work.batch.clear();
  work.with_deliveries = false;
  if (records_->has_deliveries() && !flush_at_) flush_at_ = steady_clock::now() + kGatherTime;
  if (committed_.load(std::memory_order_relaxed) == work.last) return;
  committed_.store(work.last, std::memory_order_release);
  notify_waiters();
}

void SqliteJournal::Writer::fail(const std::string& why) {
  std::vector<engine::Record> dropped;
  {
    Lock lock(mutex_);
    failure_ = why;
    has_failed_.store(true, std::memory_order_release);
    dropped.swap(pending_);
    flushed_.notify();
    task_done_.notify();
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

const engine::RowKinds& SqliteJournal::kinds() const {
  return writer_->kinds();
}

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

engine::Room SqliteJournal::room() const noexcept {
  return writer_->room();
}

bool SqliteJournal::flush() {
  return writer_->flush();
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
