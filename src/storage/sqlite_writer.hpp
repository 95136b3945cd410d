#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>
#include <vector>

#include "squire/core/condition.hpp"
#include "squire/core/heartbeat.hpp"
#include "squire/core/mutex.hpp"
#include "squire/storage/sqlite_journal.hpp"
#include "storage/backup.hpp"
#include "storage/database.hpp"
#include "storage/directory_lock.hpp"
#include "storage/disk_reserve.hpp"
#include "storage/record_writer.hpp"

namespace squire::storage {

// The writer thread and its mailbox. The thread leaves the database alone until load() has
// returned, or something was appended to a journal that is never loaded; after replace() likewise.
class SqliteJournal::Writer {
 public:
  explicit Writer(SqliteOptions options);
  ~Writer();

  // All in one transaction.
  template <typename... Records>
  engine::Ticket append(Records&&... records);
  engine::Ticket last_ticket() const noexcept { return appended_.load(std::memory_order_acquire); }
  bool is_durable(engine::Ticket ticket) const noexcept;
  const engine::RowKinds& kinds() const { return options_.kinds; }
  bool flush();
  bool has_failed() const noexcept { return has_failed_.load(std::memory_order_acquire); }
  engine::Room room() const noexcept { return room_.load(std::memory_order_acquire); }
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
  using Time = std::chrono::steady_clock::time_point;

  // Something to do on the thread, between commits, until it returns true.
  struct WriterTask {
    std::function<bool()> step;
    bool is_done = false;
    std::exception_ptr error;
  };

  // A reader of the archive, served behind the commit of all that was appended before it came.
  struct Reader {
    engine::ArchiveQuery query;
    std::function<void(ArchiveRows)> done;
  };

  // Who may use the database: whoever opened it, load(), the thread.
  enum class Phase { Opened, Loading, Running };

  // What the thread sleeps for, beyond its deadline: decides who must wake it.
  enum class Sleep { None, UntilAny, UntilUrgent };

  struct Work {
    std::vector<engine::Record> batch;
    engine::Ticket last = 0;       // the ticket of the batch's last record
    bool with_deliveries = false;  // the oldest waited long enough
    bool is_idle = false;          // nothing to do for kIdleTime: time for a checkpoint
    bool is_last = false;
    std::uint64_t flush = 0;  // the last flush() that it serves
    std::vector<Reader> readers;
    WriterTask* task = nullptr;
  };

  bool is_relaxed() const { return options_.durability == SqliteOptions::Durability::Relaxed; }
  void tell(const std::string& what) const;
  void open();
  // Whether it was done, and the database is closed.
  bool compact_old_file();
  void begin() REQUIRES(mutex_);
  // Returns when the task is done, and throws what it threw, or if the journal fails first.
  void run_task(std::function<bool()> step);
  void run(WriterTask& task);
  void swap(const std::string& file);

  bool is_urgent() const REQUIRES(mutex_);
  void run();
  // Adds what has come to the work that is left.
  void take(Work& work);
  Time wait_for_work(bool is_busy) REQUIRES(mutex_);
  Time wait_for_room() REQUIRES(mutex_);
  // False: there was no room, and the work is left.
  bool commit(Work& work);
  void answer(Work& work);
  void count(std::size_t batch_size);
  void fail(const std::string& why);
  void notify_waiters();

  // ---- room, sqlite_room.cpp ----
  bool write(const Work& work);
  // Whether there was room for it.
  template <typename Write>
  bool fits(Write&& write) {
    try {
      write();
    } catch (const DiskFull&) {
      return false;
    }
    return true;
  }
  void make_room();
  void limit_growth();
  void set_room(engine::Room room);
  void tell_of_room();
  void look_for_room();
  // Between commits: the log, and what can be given back to the disk.
  void keep_house(const Work& work);
  void shrink();
  bool wants_to_shrink(bool is_idle);
  void checkpoint(bool is_idle);

  // Constant after construction.
  const SqliteOptions options_;

  // Used as Phase says.
  DirectoryLock lock_;
  std::optional<Database> database_;
  std::optional<RecordWriter> records_;
  std::optional<Backup> copy_;
  std::optional<DiskReserve> reserve_;
  std::optional<Time> flush_at_;  // set as long as something is gathered
  bool is_shrinking_ = false;     // there is more to give back
  int shrink_pages_ = 64;         // at a time
  std::uint64_t commit_count_ = 0;
  Time truncated_at_{};  // the log
  Time looked_at_{};     // for room
  bool told_full_ = false;
  std::optional<Time> told_of_room_at_;
  std::vector<std::shared_ptr<Waiter>> to_notify_;
  Heart* heart_ = nullptr;  // the thread's

  mutable Mutex mutex_{LockRank::Journal};
  Condition condition_;
  Phase phase_ GUARDED_BY(mutex_) = Phase::Opened;
  std::vector<engine::Record> pending_ GUARDED_BY(mutex_);
  bool has_ticketed_ GUARDED_BY(mutex_) = false;  // pending_ is more than lazy deliveries
  bool is_stopping_ GUARDED_BY(mutex_) = false;
  std::uint64_t flushes_wanted_ GUARDED_BY(mutex_) = 0;
  std::uint64_t flushes_done_ GUARDED_BY(mutex_) = 0;
  Condition flushed_;
  std::vector<Reader> readers_ GUARDED_BY(mutex_);
  WriterTask* task_ GUARDED_BY(mutex_) = nullptr;  // on the stack of who waits for it
  Condition task_done_;
  Sleep sleep_ GUARDED_BY(mutex_) = Sleep::None;
  std::string failure_ GUARDED_BY(mutex_);

  Mutex waiters_mutex_{LockRank::Leaf};
  std::vector<std::weak_ptr<Waiter>> waiters_ GUARDED_BY(waiters_mutex_);

  std::atomic<engine::Ticket> appended_ = 0;  // written under mutex_
  std::atomic<engine::Ticket> committed_ = 0;
  std::array<std::atomic<std::uint64_t>, 8> batches_{};  // JournalStatistics::batches
  std::atomic<std::uint64_t> record_count_ = 0;
  std::atomic<engine::Room> room_ = engine::Room::Enough;
  std::atomic<bool> has_failed_ = false;

  std::thread thread_;
};

}  // namespace squire::storage
