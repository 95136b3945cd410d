#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>
#include <vector>

#include "squire/core/condition.hpp"
#include "squire/core/mutex.hpp"
#include "squire/storage/sqlite_journal.hpp"
#include "storage/backup.hpp"
#include "storage/database.hpp"
#include "storage/directory_lock.hpp"
#include "storage/record_writer.hpp"

namespace squire::storage {

// The writer thread and its mailbox.
class SqliteJournal::Writer {
 public:
  explicit Writer(SqliteOptions options) : options_(std::move(options)), lock_(options_.directory) {
    open();
    lock_.sync();
    thread_ = std::thread([this] { run(); });
  }

  ~Writer() {
    {
      Lock lock(mutex_);
      is_stopping_ = true;
    }
    condition_.notify();
    thread_.join();
  }

  // All in one transaction.
  template <typename... Records>
  engine::Ticket append(Records&&... records);
  engine::Ticket last_ticket() const noexcept { return appended_.load(std::memory_order_acquire); }
  bool is_durable(engine::Ticket ticket) const noexcept;
  void flush();
  bool has_failed() const noexcept { return has_failed_.load(std::memory_order_acquire); }
  std::size_t backlog_count() const noexcept;
  void on_commit(std::weak_ptr<Waiter> waiter);
  engine::JournalStatistics statistics() const;
  void load(const std::function<void(engine::Record)>& apply);
  void read_archive(const engine::ArchiveQuery& query, std::function<void(ArchiveRows)> done);
  void begin_copy(const std::string& file);
  void finish_copy();
  void replace(const std::string& file);
  std::string failure() const;

 private:
  // Something to do on the thread, between commits, until it returns true.
  struct Errand {
    std::function<bool()> step;
    bool is_done = false;
    std::exception_ptr error;
  };

  // A reader of the archive, served behind the commit of all that was appended before it came.
  struct Reader {
    engine::ArchiveQuery query;
    std::function<void(ArchiveRows)> done;
  };

  // What the thread sleeps for, beyond its deadline: decides who must wake it.
  enum class Sleep { None, UntilAny, UntilUrgent };

  struct Work {
    engine::Ticket last = 0;       // the ticket of the batch's last record
    bool with_deliveries = false;  // the oldest waited long enough
    bool is_idle = false;          // nothing to do for kIdleTime: time for a checkpoint
    bool is_last = false;
    std::uint64_t flush = 0;  // the last flush() that it serves
    std::vector<Reader> readers;
    Errand* errand = nullptr;
  };

  bool is_relaxed() const { return options_.durability == SqliteOptions::Durability::Relaxed; }
  void open();
  // Returns when the errand is done, and throws what it threw, or if the journal fails first.
  void run_errand(std::function<bool()> step);
  void step(Errand& errand);
  void swap(const std::string& file);
  bool is_urgent() const REQUIRES(mutex_);
  void run();
  Work take(std::vector<engine::Record>& batch);
  void commit(const std::vector<engine::Record>& batch, const Work& work);
  void count(std::size_t batch_size);
  void fail(const std::string& why);
  void notify_waiters();

  // Constant after construction.
  const SqliteOptions options_;

  // Used by the constructor and load(), later by the thread only.
  DirectoryLock lock_;
  std::optional<Database> database_;
  std::optional<RecordWriter> records_;
  std::optional<Backup> copy_;
  bool has_written_ = false;  // load() is over
  std::optional<std::chrono::steady_clock::time_point>
      flush_at_;  // set as long as something is gathered
  std::vector<std::shared_ptr<Waiter>> to_notify_;

  mutable Mutex mutex_{LockRank::Journal};
  Condition condition_;
  std::vector<engine::Record> pending_ GUARDED_BY(mutex_);
  bool has_ticketed_ GUARDED_BY(mutex_) = false;  // pending_ is more than deliveries
  bool is_stopping_ GUARDED_BY(mutex_) = false;
  std::uint64_t flushes_wanted_ GUARDED_BY(mutex_) = 0;
  std::uint64_t flushes_done_ GUARDED_BY(mutex_) = 0;
  Condition flushed_;
  std::vector<Reader> readers_ GUARDED_BY(mutex_);
  Errand* errand_ GUARDED_BY(mutex_) = nullptr;  // on the stack of who waits for it
  Condition errand_done_;
  Sleep sleep_ GUARDED_BY(mutex_) = Sleep::None;
  std::string failure_ GUARDED_BY(mutex_);

  Mutex waiters_mutex_{LockRank::Leaf};
  std::vector<std::weak_ptr<Waiter>> waiters_ GUARDED_BY(waiters_mutex_);

  std::atomic<engine::Ticket> appended_ = 0;  // written under mutex_
  std::atomic<engine::Ticket> committed_ = 0;
  std::array<std::atomic<std::uint64_t>, 8> batches_{};  // JournalStatistics::batches
  std::atomic<std::uint64_t> record_count_ = 0;
  std::atomic<bool> has_failed_ = false;

  std::thread thread_;
};

}  // namespace squire::storage
