#include "squire/engine/queue/move_tasks.hpp"

#include <algorithm>

#include "squire/engine/broker.hpp"
#include "squire/engine/queue/errors.hpp"

namespace squire::engine {
namespace {

using Status = MoveTaskRow::Status;

constexpr int kStepMessages = 200;         // moved at a time, so that a task holds nobody up
constexpr Milliseconds kStepInterval{20};  // between steps of a task with a rate
constexpr std::size_t kKeptTasks = 10;     // of one source; ListMessageMoveTasks shows as many

// The message as one that was never dead-lettered.
std::shared_ptr<const Details> without_dead_letter_source(const Details& details) {
  Details plain = details;
  plain.dead_letter_source.clear();
  return plain == Details{} ? nullptr : std::make_shared<const Details>(std::move(plain));
}

}  // namespace

MoveTasks::MoveTasks(Broker& broker) : broker_(broker), env_(broker.env()) {}

std::optional<MoveTasks::Started> MoveTasks::start(const ResourceName& source,
                                                   std::optional<ResourceName> destination,
                                                   std::optional<int> messages_per_second_max) {
  const auto queue = broker_.find_queue(source);
  const auto to_move_count = queue ? queue->counts().visible : 0;
  Lock lock(mutex_);
  for (const Task& task : tasks_) {
    if (task.row.source == source && task.row.status == Status::Running) return std::nullopt;
  }
  Task task{{env_.ids.next(),
             source,
             std::move(destination),
             messages_per_second_max,
             Status::Running,
             0,
             static_cast<std::int64_t>(to_move_count),
             {},
             env_.clock.now()},
            env_.clock.now(),
            0};
  const Started started{task.row.id, env_.journal.append(task.row)};
  tasks_.push_back(std::move(task));
  forget_old(source);
  env_.clock.ring_at(env_.clock.now(), weak_from_this());
  return started;
}

Result<MoveTasks::Cancelled> MoveTasks::cancel(const Uuid& id) {
  Lock lock(mutex_);
  const auto task = std::find_if(tasks_.begin(), tasks_.end(),
                                 [&](const Task& task) { return task.row.id == id; });
  if (task == tasks_.end()) return Error{queue_errors::kResourceNotFound, "Task does not exist."};
  if (task->row.status != Status::Running) {
    return Error{queue_errors::kUnsupportedOperation, "Only active tasks can be cancelled."};
  }
  // No message is between two queues while the mutex is held, so there is nothing to wait for.
  const Ticket ticket = end(*task, Status::Cancelled);
  return Cancelled{task->row.moved_count, ticket};
}

std::vector<MoveTaskRow> MoveTasks::list(const ResourceName& source, std::size_t count_max) const {
  Lock lock(mutex_);
  std::vector<MoveTaskRow> rows;
  for (auto task = tasks_.rbegin(); task != tasks_.rend() && rows.size() < count_max; ++task) {
    if (task->row.source == source) rows.push_back(task->row);
  }
  return rows;
}

std::size_t MoveTasks::clear(std::string_view account) {
  Lock lock(mutex_);
  return std::erase_if(tasks_, [&](const Task& task) {
    const bool is_meant = account.empty() || task.row.source.account == account;
    if (is_meant) env_.journal.append(gone(&MoveTaskRow::id, task.row.id));
    return is_meant;
  });
}

void MoveTasks::restore(MoveTaskRow&& row) {
  Lock lock(mutex_);
  tasks_.push_back({std::move(row), env_.clock.now(), 0});
}

void MoveTasks::begin_life() {
  Lock lock(mutex_);
  std::ranges::stable_sort(tasks_, {}, [](const Task& task) { return task.row.started_at; });
  const bool is_any_running = std::ranges::any_of(
      tasks_, [](const Task& task) { return task.row.status == Status::Running; });
  if (is_any_running) env_.clock.ring_at(env_.clock.now(), weak_from_this());
}

void MoveTasks::walk(const Journal::Apply& apply) const {
  Lock lock(mutex_);
  for (const Task& task : tasks_) apply(task.row);
}

void MoveTasks::drop_all() {
  Lock lock(mutex_);
  tasks_.clear();
}

void MoveTasks::ring() {
  const Gate::Pass pass(broker_.gate());
  Lock lock(mutex_);
  const TimePoint now = env_.clock.now();
  TimePoint next = TimePoint::max();
  for (Task& task : tasks_) {
    if (task.row.status != Status::Running) continue;
    step(task, now);
    if (task.row.status != Status::Running) continue;
    next = std::min(next, task.row.messages_per_second_max ? now + kStepInterval : now);
  }
  if (next != TimePoint::max()) env_.clock.ring_at(next, weak_from_this());
}

void MoveTasks::step(Task& task, TimePoint now) {
  const auto source = broker_.find_queue(task.row.source);
  if (!source) {
    end(task, Status::Failed, "AWS.SimpleQueueService.NonExistentQueue");
    return;
  }
  std::int64_t budget = kStepMessages;
  if (const auto rate = task.row.messages_per_second_max) {
    const auto due = (now - task.resumed_at).count() * *rate / 1000 + 1;
    budget = std::min<std::int64_t>(budget, due - task.moved_since_resume);
  }
  const auto moved_before = task.row.moved_count;
  while (budget-- > 0 && task.row.status == Status::Running) {
    if (!move_one(task, *source)) break;
  }
  if (task.row.status == Status::Running && task.row.moved_count != moved_before) {
    env_.journal.append(task.row);
  }
}

// False: there is nothing more to move now, or the task has ended.
bool MoveTasks::move_one(Task& task, Queue& source) {
  auto message = source.take_out();
  if (!message) {
    end(task, Status::Completed);
    return false;
  }
  static const Details kNone;
  const Details& details = message->row.details ? *message->row.details : kNone;
  const auto destination =
      task.row.destination ? task.row.destination : parse_arn("sqs", details.dead_letter_source);
  const auto target = destination ? broker_.find_queue(*destination) : nullptr;
  if (!target ||
      !target->accept_moved(*message, Arrival::MoveTask, without_dead_letter_source(details))) {
    source.put_back(*message);
    end(task, Status::Failed,
        destination ? "AWS.SimpleQueueService.NonExistentQueue" : "CouldNotDetermineMessageSource");
    return false;
  }
  ++task.row.moved_count;
  ++task.moved_since_resume;
  return true;
}

Ticket MoveTasks::end(Task& task, Status status, std::string failure) {
  task.row.status = status;
  task.row.failure_reason = std::move(failure);
  return env_.journal.append(task.row);
}

void MoveTasks::forget_old(const ResourceName& source) {
  const auto is_of_source = [&](const Task& task) { return task.row.source == source; };
  if (static_cast<std::size_t>(std::count_if(tasks_.begin(), tasks_.end(), is_of_source)) <=
      kKeptTasks) {
    return;
  }
  const auto oldest = std::find_if(tasks_.begin(), tasks_.end(), is_of_source);
  env_.journal.append(gone(&MoveTaskRow::id, oldest->row.id));
  tasks_.erase(oldest);
}

}  // namespace squire::engine
