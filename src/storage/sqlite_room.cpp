// What the writer thread does about the room on the disk.
#include <algorithm>

#include "storage/sqlite_writer.hpp"

namespace squire::storage {
namespace {

using engine::Room;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// Without the reserve, free pages of the database are room: so many to begin with, so many to go
// on.
constexpr std::int64_t kSparePages = 64;
constexpr std::int64_t kSparePagesMin = 16;
constexpr milliseconds kLookInterval(250);
// Between two lines in the daemon's log.
constexpr seconds kTellInterval(10);

// What is deleted is gone from the log after this, at the latest.
constexpr seconds kLogTime(10);

// Pages given back at a time: as many as take so long. A large file with much that is free takes
// more time for each.
constexpr int kShrinkPagesMin = 4;
constexpr int kShrinkPagesMax = 512;
constexpr milliseconds kShrinkTime(5);
// Pages that stay free for what comes next, and that may be free besides as many as are in use.
constexpr std::int64_t kFreeKept = 256;
constexpr std::int64_t kFreeSlack = 8192;
constexpr std::uint64_t kCommitsBetweenLooks = 64;

}  // namespace

bool SqliteJournal::Writer::write(const Work& work) {
  const auto write_all = [&] { records_->write(work.batch, work.with_deliveries); };
  if (fits(write_all)) {
    if (room() == Room::None) set_room(Room::Scarce);
    return true;
  }
  make_room();
  bool is_written = fits(write_all);
  if (!is_written && fits([&] { records_->write_removals(work.batch); })) {
    make_room();
    is_written = fits(write_all);
  }
  set_room(is_written ? Room::Scarce : Room::None);
  return is_written;
}

// The log, copied into the database, is written over from its beginning, which takes no room.
void SqliteJournal::Writer::make_room() {
  reserve_->give_up();
  looked_at_ = steady_clock::now();
  fits([&] { database_->checkpoint(Database::Log::Kept); });
  limit_growth();
}

// What is in the log must fit into the database, also if others take of the room meanwhile: a log
// that cannot be copied is full soon, and then nothing can be written any more. A new page takes a
// third of the room: in the log, in the database, and for what it changes in others.
void SqliteJournal::Writer::limit_growth() {
  if (options_.pages_max > 0) return;
  if (reserve_->is_held()) return database_->limit_growth(std::nullopt);
  database_->limit_growth(static_cast<std::int64_t>(reserve_->room()) / Database::kPageSize / 3);
}

void SqliteJournal::Writer::set_room(Room room) {
  room_.store(room, std::memory_order_release);
  tell_of_room();
}

void SqliteJournal::Writer::tell_of_room() {
  const bool is_full = room() != Room::Enough;
  const auto now = steady_clock::now();
  if (is_full == told_full_ || (told_of_room_at_ && now < *told_of_room_at_ + kTellInterval))
    return;
  told_full_ = is_full;
  told_of_room_at_ = now;
  tell(is_full ? "the disk of " + options_.directory.string() +
                     " is full: what would add to it gets 503, receives and deletes go on"
               : "the disk of " + options_.directory.string() + " has room again");
}

void SqliteJournal::Writer::look_for_room() {
  const auto now = steady_clock::now();
  const bool is_look = now >= looked_at_ + kLookInterval;
  if (is_look) {
    looked_at_ = now;
    // A limit of the database's own is not the disk's.
    if (options_.pages_max == 0 && reserve_->fill()) {
      limit_growth();
      return set_room(Room::Enough);
    }
  }
  limit_growth();
  const bool is_enough = room() == Room::Enough;
  if (!is_enough && !is_look) return;
  const auto wanted = is_enough ? kSparePagesMin : kSparePages;
  set_room(database_->free_page_count() >= wanted ? Room::Enough : Room::Scarce);
}

void SqliteJournal::Writer::keep_house(const Work& work) {
  if (!reserve_->is_held()) look_for_room();
  tell_of_room();
  if (work.is_idle || is_shrinking_ || ++commit_count_ % kCommitsBetweenLooks == 0) {
    is_shrinking_ = database_->can_shrink() && !copy_ && wants_to_shrink(work.is_idle);
  }
  if (is_shrinking_) shrink();
  checkpoint(work.is_idle && !is_shrinking_);
}

void SqliteJournal::Writer::shrink() {
  const auto began = steady_clock::now();
  is_shrinking_ = fits([&] { database_->shrink(shrink_pages_); });
  const auto time = steady_clock::now() - began;
  const int pages = time > kShrinkTime       ? shrink_pages_ / 2
                    : time < kShrinkTime / 2 ? shrink_pages_ * 2
                                             : shrink_pages_;
  shrink_pages_ = std::clamp(pages, kShrinkPagesMin, kShrinkPagesMax);
}

bool SqliteJournal::Writer::wants_to_shrink(bool is_idle) {
  const auto free = database_->free_page_count();
  if (!reserve_->is_held()) {
    const auto wanted = is_shrinking_ ? 0 : options_.reserve_bytes / Database::kPageSize;
    return free > wanted + kFreeKept;
  }
  if (is_idle) return free > kFreeKept;
  const auto used = database_->page_count() - free;
  return free > used + (is_shrinking_ ? kFreeSlack / 2 : kFreeSlack);
}

void SqliteJournal::Writer::checkpoint(bool is_idle) {
  const auto now = steady_clock::now();
  const bool is_due = is_idle || now >= truncated_at_ + kLogTime;
  const bool is_truncated = reserve_->is_held() && is_due && database_->has_log();
  // Without the reserve at once, as long as there is room for what the database grows by; and the
  // log is kept, since others may take the room that it has.
  const bool is_kept =
      database_->needs_checkpoint() || (!reserve_->is_held() && database_->has_new_log());
  if (!is_truncated && !is_kept) return;
  const auto log = is_truncated ? Database::Log::Truncated : Database::Log::Kept;
  if (!fits([&] { database_->checkpoint(log); })) {
    make_room();
    set_room(Room::Scarce);
  } else if (is_truncated) {
    truncated_at_ = now;
  }
}

}  // namespace squire::storage
