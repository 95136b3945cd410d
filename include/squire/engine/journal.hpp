#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "squire/core/waiter.hpp"
#include "squire/engine/record.hpp"

namespace squire::engine {

// A place in the journal: everything appended up to and including it. 0: nothing to wait for.
using Ticket = std::uint64_t;

// The archived messages of a topic with this sequence or a higher one that were published at `from`
// or later, in order, at most so many. Times rise with sequences, which may have gaps.
struct ArchiveQuery {
  std::uint32_t topic = 0;
  std::uint64_t sequence = 0;
  TimePoint from;
  std::size_t count_max = 0;
};

// What the journal has done since it was opened.
struct JournalStatistics {
  // Commits by how many records they held: at most 1, 4, 16, …, and more than 4096.
  std::array<std::uint64_t, 8> batches{};
  std::uint64_t record_count = 0;

  // The most records that batches[i] counts.
  static double bound(std::size_t i) {
    return i + 1 < 8 ? static_cast<double>(std::uint64_t{1} << 2 * i)
                     : std::numeric_limits<double>::infinity();
  }
};

// What the disk has left.
enum class Room {
  Enough,
  Scarce,  // nothing may be added any more; what takes away is still committed
  None     // nothing becomes durable until there is room: whoever waits answers 503
};

// The storage seam. The engine appends what it changed, under the lock that guards what changed, so
// that the journal's order is the order of changes. It never waits; the dispatcher does, before it
// replies. Implementations: MemoryJournal, SqliteJournal; a replicated one fits as well (a ticket
// is then an index of the replicated log, and durable means a quorum has it).
//
// Thread-safe. append() is a leaf in the lock order and never blocks on a disk.
class Journal {
 public:
  virtual ~Journal() = default;

  // Buffers the record. Laziness is the caller's choice: a LazyDelivery need not be waited for,
  // gets no ticket of its own (0) and reaches the disk within 100 ms, or never if its message is
  // gone before; a DeliveryRow is committed as any other record.
  virtual Ticket append(Record record) = 0;

  // As append(), of two records that a crash must keep both or neither.
  virtual Ticket append_both(Record first, Record second) = 0;

  // The ticket of the last record appended: for an answer that repeats an earlier one ("already
  // deleted", a duplicate) and must not outrun it.
  virtual Ticket last_ticket() const noexcept = 0;

  // Whether everything up to the ticket may be answered for.
  virtual bool is_durable(Ticket ticket) const noexcept = 0;

  // Whether a commit failed, other than for want of room. The memory is then ahead of the disk for
  // good: nothing more becomes durable, whoever waits answers 503, and the daemon stops.
  virtual bool has_failed() const noexcept = 0;

  // A full disk is no failure: what could not be committed is kept and tried again until it is, so
  // that the memory holds nothing that the disk will not. The dispatcher refuses what would add to
  // it meanwhile.
  virtual Room room() const noexcept { return Room::Enough; }

  // Records waiting to be committed; the dispatcher refuses changes above a limit.
  virtual std::size_t backlog_count() const noexcept = 0;

  virtual JournalStatistics statistics() const { return {}; }

  // Returns when everything appended is on the disk, whatever the durability; false if it has
  // failed or there is no room. Blocks: for start and stop, not for requests.
  virtual bool flush() = 0;

  // Notifies `waiter` after every commit, once when a commit fails, and when there is no room. Kept
  // for the life of the journal (weakly); registered at start by each thread that sends replies.
  virtual void on_commit(std::weak_ptr<Waiter> waiter) = 0;

  // The kinds of the rows that it keeps.
  virtual const RowKinds& kinds() const = 0;

  // Calls `apply` with every live row, once, before the first append: of the kinds that come before
  // messages, kind after kind; messages in order of their keys, each followed by its delivery if it
  // has one; deduplication rows in order of their keys; then those of the other kinds. The archive
  // is not loaded. Nothing is committed until it returns.
  virtual void load(const std::function<void(Record)>& apply) = 0;

  // Finds messages in a topic's archive, what was appended until now included, and calls done(rows)
  // without a lock, perhaps on a thread of the journal's, which it must not keep; never, if the
  // journal has failed or ends.
  using ArchiveRows = std::vector<ArchivedRow>;
  virtual void read_archive(const ArchiveQuery& query, std::function<void(ArchiveRows)> done) = 0;

  // Everything as one file, a database such as storage/state_file.hpp reads. begin_copy() makes it
  // and takes its time, while others append; finish_copy() adds what is new since, while nobody
  // does (Gate), so that the file holds exactly what was appended before. A journal that keeps
  // nothing itself asks walk(apply) for the rows, the archive's excepted.
  // Both block; by one thread at a time; throw std::exception. Not after the journal has failed.
  using Apply = std::function<void(Record)>;
  virtual void begin_copy(const std::string& file) = 0;
  virtual void finish_copy(const std::function<void(const Apply&)>& walk) = 0;

  // Everything is what that file holds, which was checked (check_state) and now belongs to the
  // journal: when this returns it is durable, and load() may and must be called again, before the
  // next append. A crash keeps the old or the new. Nobody appends meanwhile. Blocks; throws
  // std::exception if nothing has changed.
  virtual void replace(const std::string& file) = 0;
};

}  // namespace squire::engine
