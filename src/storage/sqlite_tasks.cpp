// What the writer thread does between commits for exports and imports.
#include <utility>

#include "storage/compaction.hpp"
#include "storage/log_check.hpp"
#include "storage/sqlite_writer.hpp"

namespace squire::storage {
namespace {

// The live part of a file of squire 0.1.0 that is converted at a start: some hundred milliseconds.
constexpr std::int64_t kConvertedBytesMax = 64 * 1024 * 1024;

constexpr const char* kNotStored = "there is no space left on the disk, and not all is stored";

}  // namespace

void SqliteJournal::Writer::open() {
  const auto path = options_.directory / "squire.db";
  if (const auto damage = find_log_damage(path.string() + "-wal")) tell(*damage);
  std::error_code ignored;
  std::filesystem::remove(path.string() + ".compact", ignored);  // of a conversion that was killed
  if (!reserve_) reserve_.emplace(options_.directory, options_.reserve_bytes);
  const auto open_all = [this] {
    database_.emplace(options_);
    records_.emplace(*database_);
  };
  if (!fits(open_all)) {
    reserve_->give_up();
    open_all();
  }
  if (!database_->can_shrink() && compact_old_file()) open_all();
  if (!reserve_->fill()) {
    make_room();  // what a last life left of the log
    set_room(engine::Room::Scarce);
  }
}

// A file of squire 0.1.0 is converted now if that takes no time to speak of; a crash meanwhile is
// no harm.
bool SqliteJournal::Writer::compact_old_file() {
  const auto path = (options_.directory / "squire.db").string();
  const auto pages = database_->page_count() - database_->free_page_count();
  const auto bytes = pages * Database::kPageSize;
  if (bytes > kConvertedBytesMax || !reserve_->has_room_for(2 * bytes)) {
    tell(path +
         " is of squire 0.1.0 and gives no space back to the disk while it is used; squire "
         "--compact --data-dir " +
         options_.directory.string() +
         " converts it, at a minute "
         "and as much room again for each GB");
    return false;
  }
  records_.reset();
  database_.reset();
  compact_database(options_.directory, lock_, options_.kinds);
  tell(path + ", of squire 0.1.0, was converted: it gives space back to the disk from now on");
  return true;
}

void SqliteJournal::Writer::run_task(std::function<bool()> step) {
  WriterTask task{std::move(step), false, nullptr};
  Lock lock(mutex_);
  begin();
  task_ = &task;
  sleep_ = Sleep::None;
  condition_.notify();
  while (!task.is_done && !has_failed()) task_done_.wait(mutex_);
  task_ = nullptr;
  if (task.error) std::rethrow_exception(task.error);
  if (!task.is_done) throw StorageError("the disk failed");
}

void SqliteJournal::Writer::run(WriterTask& task) {
  bool is_done = true;
  try {
    is_done = task.step();
  } catch (const std::exception&) {
    task.error = std::current_exception();
  }
  if (!records_) throw StorageError("squire.db cannot be opened again");
  Lock lock(mutex_);
  task.is_done = is_done;
  is_done ? task_done_.notify() : static_cast<void>(task_ = &task);
}

void SqliteJournal::Writer::begin_copy(const std::string& file) {
  run_task([&, is_new = true]() mutable {
    if (std::exchange(is_new, false)) copy_.emplace(*database_, file);
    return copy_->step();
  });
}

void SqliteJournal::Writer::finish_copy() {
  if (!flush()) throw StorageError(kNotStored);
  run_task([&] {
    copy_->finish();
    copy_.reset();
    return true;
  });
}

void SqliteJournal::Writer::replace(const std::string& file) {
  if (!flush()) throw StorageError(kNotStored);
  run_task([&] {
    swap(file);
    return true;
  });
}

// Renaming is what a crash sees done or not done. The log of the old database must be gone before:
// it would be taken for that of the new one.
void SqliteJournal::Writer::swap(const std::string& file) {
  const auto path = options_.directory / "squire.db";
  sync_file(file);
  copy_.reset();
  records_.reset();
  database_.reset();
  std::error_code error;
  if (std::filesystem::exists(path.string() + "-wal", error)) {
    open();
    throw StorageError("squire.db cannot be closed; is the disk full?");
  }
  std::filesystem::rename(file, path, error);
  if (error) {
    open();
    throw StorageError(path.string() + " cannot be replaced: " + error.message());
  }
  lock_.sync();
  open();
  Lock lock(mutex_);
  phase_ = Phase::Opened;
}

}  // namespace squire::storage
