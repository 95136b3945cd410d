#include "squire/engine/topic.hpp"

#include "engine/deduplication.hpp"
#include "squire/engine/broker.hpp"

namespace squire::engine {
namespace {

using State = SubscriptionRow::State;

std::string endpoint_key(DeliveryProtocol protocol, std::string_view endpoint) {
  std::string key(1, static_cast<char>(protocol));
  return key.append(endpoint);
}

// An archive's retention is in days: it need not be looked at more often.
constexpr Seconds kArchiveExpiryInterval{60};

std::size_t size_in_bytes(const OutgoingMessage& message) {
  std::size_t size = message.body->text.size();
  if (!message.details) return size;
  for (const auto& [name, attribute] : message.details->attributes) {
    size += name.size() + attribute.type.size() + attribute.value.size();
  }
  return size;
}

// Whether a subscribed queue takes the message, by the rules a sender to it must keep.
bool accepts(const Queue& queue, const OutgoingMessage& message) {
  if (queue.is_fifo() && (!message.details || message.details->deduplication_id.empty())) {
    return false;
  }
  return static_cast<std::int64_t>(size_in_bytes(message)) <= queue.settings()->message_bytes_max;
}

const MessageAttributes& attributes_of(const Publication& publication) {
  static const MessageAttributes kNone;
  return publication.details ? publication.details->attributes : kNone;
}

}  // namespace

// Messages on their way into queues: those of a batch to one queue go together.
class Deliveries {
 public:
  explicit Deliveries(bool is_batch) : is_batch_(is_batch) {}

  void add(std::shared_ptr<Queue> queue, OutgoingMessage message) {
    std::size_t place = all_.size();
    if (is_batch_) place = places_.try_emplace(queue.get(), place).first->second;
    if (place == all_.size()) all_.push_back({std::move(queue), {}});
    all_[place].messages.push_back(std::move(message));
  }

  Ticket send() {
    Ticket ticket = 0;
    for (const auto& [queue, messages] : all_) {
      // A queue that is deleted meanwhile takes nothing.
      const auto sent = queue->send_batch(messages);
      if (sent.has_value()) ticket = std::max(ticket, sent->back().ticket);
    }
    return ticket;
  }

 private:
  struct Delivery {
    std::shared_ptr<Queue> queue;
    std::vector<OutgoingMessage> messages;
  };

  const bool is_batch_;
  std::vector<Delivery> all_;
  std::unordered_map<const Queue*, std::size_t> places_;
};

Topic::Topic(Broker& broker, TopicRow row)
    : broker_(broker),
      env_(broker.env()),
      name_(row.name),
      number_(row.number),
      is_fifo_(name_.name.ends_with(".fifo")),
      arn_(to_arn("sns", name_)),
      row_(std::move(row)) {
  settings_ = std::make_shared<const TopicSettings>(row_.attributes);
  if (is_fifo_) deduplication_ = std::make_unique<DeduplicationWindow>();
}

Topic::~Topic() = default;

TopicRow Topic::row() const {
  ReadLock lock(mutex_);
  return row_;
}

std::shared_ptr<const TopicSettings> Topic::settings() const {
  ReadLock lock(mutex_);
  return settings_;
}

SubscriptionCounts Topic::counts() const {
  ReadLock lock(mutex_);
  SubscriptionCounts counts{0, 0, deleted_count_};
  for (const auto& [key, entry] : subscriptions_) {
    counts.confirmed += entry.subscription->is_confirmed();
    counts.pending += entry.subscription->row().state == State::Pending;
  }
  return counts;
}

std::vector<std::shared_ptr<const Subscription>> Topic::subscriptions() const {
  ReadLock lock(mutex_);
  std::vector<std::shared_ptr<const Subscription>> all;
  all.reserve(subscriptions_.size());
  for (const auto& [key, entry] : subscriptions_) all.push_back(entry.subscription);
  return all;
}

std::shared_ptr<const Subscription> Topic::find(const Uuid& id) const {
  ReadLock lock(mutex_);
  const auto at = keys_.find(id);
  return at == keys_.end() ? nullptr : subscriptions_.at(at->second).subscription;
}

std::shared_ptr<const Subscription> Topic::find(DeliveryProtocol protocol,
                                                std::string_view endpoint) const {
  ReadLock lock(mutex_);
  const auto at = keys_by_endpoint_.find(endpoint_key(protocol, endpoint));
  return at == keys_by_endpoint_.end() ? nullptr : subscriptions_.at(at->second).subscription;
}

std::shared_ptr<const Subscription> Topic::find_by_token(std::string_view token) const {
  ReadLock lock(mutex_);
  for (const auto& [key, entry] : subscriptions_) {
    if (!token.empty() && entry.subscription->row().token == token) return entry.subscription;
  }
  return nullptr;
}

std::uint64_t Topic::filter_policy_count() const {
  ReadLock lock(mutex_);
  return filter_policy_count_;
}

std::vector<std::shared_ptr<const Subscription>> Topic::unconfirmed_until(TimePoint time) const {
  ReadLock lock(mutex_);
  std::vector<std::shared_ptr<const Subscription>> found;
  for (const auto key : unconfirmed_) {
    const auto& subscription = subscriptions_.at(key).subscription;
    if (subscription->row().changed_at <= time) found.push_back(subscription);
  }
  return found;
}

Result<Ticket> Topic::put(std::shared_ptr<const Subscription> subscription) {
  WriteLock lock(mutex_);
  if (is_closed_) return Error::not_found("Topic");
  auto row = std::make_unique<SubscriptionRow>(subscription->row());
  put_locked(std::move(subscription));
  return env_.journal.append(std::move(row));
}

void Topic::put_locked(std::shared_ptr<const Subscription> subscription) {
  const auto& row = subscription->row();
  const auto [at, is_new] = keys_.emplace(row.id, last_key_ + 1);
  if (is_new) ++last_key_;
  Entry& entry = subscriptions_[at->second];
  const bool was_live = is_new || entry.is_live;
  make_live(at->second, entry, false);
  const auto key = endpoint_key(row.protocol, row.endpoint);
  if (row.state == State::Deleted) {
    const auto of_endpoint = keys_by_endpoint_.find(key);
    if (of_endpoint != keys_by_endpoint_.end() && of_endpoint->second == at->second) {
      keys_by_endpoint_.erase(of_endpoint);
    }
  } else {
    keys_by_endpoint_.insert_or_assign(key, at->second);
  }
  if (row.state == State::Confirmed) {
    unconfirmed_.erase(at->second);
  } else {
    unconfirmed_.insert(at->second);
  }
  if (entry.subscription && entry.subscription->filter()) --filter_policy_count_;
  if (subscription->filter()) ++filter_policy_count_;
  entry.subscription = std::move(subscription);
  make_live(at->second, entry, was_live);
}

void Topic::make_live(FilterIndex::Key key, Entry& entry, bool is_live) {
  if (entry.is_indexed) index_.remove(key);
  entry.is_live = is_live;
  entry.is_indexed = is_live && entry.subscription && entry.subscription->is_confirmed();
  if (entry.is_indexed) index_.add(key, entry.subscription->filter());
}

void Topic::set_live(const Uuid& id, bool is_live) {
  WriteLock lock(mutex_);
  const auto at = keys_.find(id);
  if (at != keys_.end()) make_live(at->second, subscriptions_.at(at->second), is_live);
}

bool Topic::set_live_at(const Uuid& id, std::uint64_t next_sequence) {
  Lock lock(order_mutex_);
  if (next_sequence < next_sequence_) return false;
  set_live(id, true);
  return true;
}

Ticket Topic::remove(const Uuid& id) {
  WriteLock lock(mutex_);
  const auto at = keys_.find(id);
  if (at == keys_.end()) return 0;
  const auto entry = subscriptions_.find(at->second);
  make_live(entry->first, entry->second, false);
  const auto& row = entry->second.subscription->row();
  const auto of_endpoint = keys_by_endpoint_.find(endpoint_key(row.protocol, row.endpoint));
  if (of_endpoint != keys_by_endpoint_.end() && of_endpoint->second == at->second) {
    keys_by_endpoint_.erase(of_endpoint);
  }
  if (entry->second.subscription->filter()) --filter_policy_count_;
  unconfirmed_.erase(at->second);
  subscriptions_.erase(entry);
  keys_.erase(at);
  ++deleted_count_;
  return env_.journal.append(SubscriptionGone{id});
}

// Once for each text that a protocol has of its own: a filter on the body judges what its
// subscriber would get.
std::vector<std::shared_ptr<const Subscription>> Topic::interested(
    const Publication& publication) const {
  std::vector<std::shared_ptr<const Subscription>> found;
  std::vector<std::shared_ptr<const Body>> texts{publication.text};
  for (const auto& [protocol, text] : publication.texts) texts.push_back(text);
  std::vector<FilterIndex::Key> keys;
  ReadLock lock(mutex_);
  for (const auto& text : texts) {
    index_.match(attributes_of(publication), text->text, keys);
    for (const auto key : keys) {
      const auto& subscription = subscriptions_.at(key).subscription;
      if (publication.text_for(subscription->protocol()) == text) found.push_back(subscription);
    }
  }
  return found;
}

Result<Published> Topic::publish(Publication publication, const Renderer& renderer) {
  std::vector<Publication> one;
  one.push_back(std::move(publication));
  SQUIRE_TRY(const auto published, publish_batch(std::move(one), renderer));
  return published.front();
}

Result<std::vector<Published>> Topic::publish_batch(std::vector<Publication> publications,
                                                    const Renderer& renderer) {
  {
    ReadLock lock(mutex_);
    if (is_closed_) return Error::not_found("Topic");
  }
  std::vector<Published> published;
  published.reserve(publications.size());
  Deliveries deliveries(publications.size() > 1);
  Ticket ticket = 0;
  for (auto& publication : publications) {
    publication.id = env_.ids.next();
    publication.published_at = env_.clock.now();
    if (is_fifo_) {
      SQUIRE_TRY(const auto one, publish_in_order(publication, renderer));
      published.push_back(one);
    } else {
      ticket = std::max(ticket, deliver_to_all(publication, renderer, deliveries));
      published.push_back({publication.id, 0, 0});
    }
  }
  if (is_fifo_) return published;
  ticket = std::max(ticket, deliveries.send());
  for (auto& one : published) one.ticket = ticket;
  return published;
}

Ticket Topic::deliver_to_all(const Publication& publication, const Renderer& renderer,
                             Deliveries& deliveries) {
  const auto subscriptions = interested(publication);
  if (subscriptions.empty()) return 0;
  const auto rendering = renderer.render(broker_, name_, publication);
  Ticket ticket = 0;
  for (const auto& subscription : subscriptions) {
    ticket = std::max(ticket, deliver(*subscription, publication, *rendering, deliveries));
  }
  return ticket;
}

Result<Published> Topic::publish_in_order(Publication publication, const Renderer& renderer) {
  const auto& details = *publication.details;
  Lock lock(order_mutex_);
  const auto settings = this->settings();
  std::string_view scope;
  if (settings->deduplicates_by_group) scope = details.group_id;
  const TimePoint now = publication.published_at;
  if (const auto* first = deduplication_->find(scope, details.deduplication_id, now)) {
    return Published{first->message_id, first->sequence, env_.journal.last_ticket()};
  }
  if (next_sequence_ + 1 + kSequenceBlock / 2 > reserved_sequences_) {
    reserved_sequences_ += kSequenceBlock;
    env_.journal.append(SequenceRow{number_, reserved_sequences_});
  }
  publication.sequence = next_sequence_++;
  if (settings->archive_retention) archive(publication);
  Deliveries deliveries(false);
  deliver_to_all(publication, renderer, deliveries);
  deliveries.send();
  // Last, so that a crash which loses a copy also forgets that there was a first one.
  deduplication_->add(scope, details.deduplication_id, {publication.id, publication.sequence, now});
  const Ticket ticket = env_.journal.append(DeduplicationRow{{number_, publication.sequence},
                                                             details.deduplication_id,
                                                             std::string(scope),
                                                             publication.id,
                                                             now});
  return Published{publication.id, publication.sequence, ticket};
}

void Topic::archive(const Publication& publication) {
  const TimePoint at = publication.published_at;
  env_.journal.append(
      std::make_unique<ArchivedRow>(ArchivedRow{{{number_, publication.sequence},
                                                 publication.id,
                                                 at,
                                                 at,
                                                 publication.sender_account,
                                                 publication.text_for(DeliveryProtocol::Sqs),
                                                 publication.details},
                                                publication.subject}));
}

std::uint64_t Topic::archive_end() {
  Lock lock(order_mutex_);
  return next_sequence_;
}

Ticket Topic::publish_again(const Subscription& subscription, const Publication& publication,
                            const Renderer& renderer) {
  const auto& filter = subscription.filter();
  if (filter && !filter->matches(attributes_of(publication), publication.text->text)) return 0;
  Deliveries deliveries(false);
  const Ticket ticket =
      deliver(subscription, publication, *renderer.render(broker_, name_, publication), deliveries);
  return std::max(ticket, deliveries.send());
}

Ticket Topic::deliver(const Subscription& subscription, const Publication& publication,
                      Rendering& rendering, Deliveries& deliveries) {
  auto message = rendering.message_for(subscription);
  std::shared_ptr<Queue> queue;
  Ticket ticket = 0;
  if (subscription.queue()) {
    queue = broker_.find_target(*subscription.queue(), subscription);
    const bool is_deliverable = rendering.is_deliverable(subscription);
    if (queue && !(is_deliverable && accepts(*queue, message))) queue = nullptr;
  } else {
    if (goes_to_outbox(subscription.protocol())) {
      ticket = broker_.outbox().add(subscription, publication, message.body->text);
    }
    if (subscription.row().delivery_queue == 0) return ticket;
    queue = broker_.find_delivery_queue(subscription.row().delivery_queue);
    if (queue && queue->message_count() >= broker_.rules().pending_deliveries_max) queue = nullptr;
  }
  if (!queue && subscription.dead_letter_queue()) {
    queue = broker_.find_target(*subscription.dead_letter_queue(), subscription);
    if (queue && !accepts(*queue, message)) queue = nullptr;
  }
  if (queue) deliveries.add(std::move(queue), std::move(message));
  return ticket;
}

std::vector<std::shared_ptr<const Subscription>> Topic::close(Ticket& ticket) {
  auto all = subscriptions();
  WriteLock lock(mutex_);
  is_closed_ = true;
  for (auto& [key, entry] : subscriptions_) make_live(key, entry, false);
  subscriptions_.clear();
  keys_.clear();
  keys_by_endpoint_.clear();
  unconfirmed_.clear();
  ticket = env_.journal.append(TopicGone{number_});
  return all;
}

void Topic::expire() {
  if (!is_fifo_) return;
  const TimePoint now = env_.clock.now();
  Lock lock(order_mutex_);
  if (const auto end = deduplication_->expire(now)) {
    env_.journal.append(DeduplicationGone{number_, *end});
  }
  if (now < archive_expired_at_ + kArchiveExpiryInterval) return;
  archive_expired_at_ = now;
  ReadLock row_lock(mutex_);
  if (row_.archived_since == TimePoint()) return;
  // Without a policy, what is left of an archive goes, too.
  const auto& retention = settings_->archive_retention;
  env_.journal.append(ArchiveExpired{number_, retention ? now - *retention : now});
}

void Topic::restore(const SequenceRow& row) {
  Lock lock(order_mutex_);
  reserved_sequences_ = row.limit;
}

void Topic::restore(const DeduplicationRow& row) {
  Lock lock(order_mutex_);
  if (is_fifo_ && env_.clock.now() < row.sent_at + DeduplicationWindow::kLength) {
    deduplication_->add(row.scope, row.id, {row.message_id, row.key.sequence, row.sent_at});
  }
}

void Topic::restore(SubscriptionRow row) {
  WriteLock lock(mutex_);
  put_locked(std::make_shared<const Subscription>(std::move(row), name_));
}

void Topic::begin_life() {
  if (!is_fifo_) return;
  Lock lock(order_mutex_);
  next_sequence_ = reserved_sequences_;
  reserved_sequences_ += kSequenceBlock;
  env_.journal.append(SequenceRow{number_, reserved_sequences_});
}

}  // namespace squire::engine
