// Publishing: who gets a message, and what is told of who did not.
#include "engine/deduplication.hpp"
#include "squire/engine/broker.hpp"
#include "squire/engine/outbox.hpp"
#include "squire/engine/topic/errors.hpp"
#include "squire/engine/topic/topic.hpp"

namespace squire::engine {
namespace {

std::size_t size_in_bytes(const OutgoingMessage& message) {
  std::size_t size = message.body->size();
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

std::shared_ptr<const Subscriptions> Topic::audience() {
  {
    ReadLock lock(mutex_);
    if (audience_) return audience_;
  }
  WriteLock lock(mutex_);
  if (!audience_) {
    auto all = std::make_shared<Subscriptions>();
    for (const auto& [key, entry] : subscriptions_) all->push_back(entry.subscription);
    audience_ = std::move(all);
  }
  return audience_;
}

// Why a subscription got nothing is found out from this when somebody asks.
void Topic::note_published(const Publication& publication) {
  if (!broker_.history().is_kept()) return;
  auto more = std::make_shared<Event::More>();
  more->text = publication.text;
  more->audience = audience();
  broker_.history().add({publication.published_at,
                         Event::Kind::Published,
                         0,
                         publication.id,
                         {},
                         arn_,
                         publication.client,
                         publication.details,
                         std::move(more)});
}

void Topic::note(Event::Kind kind, const Subscription& subscription, const Publication& publication,
                 std::string detail) {
  if (!broker_.history().is_kept()) return;
  auto more = std::make_shared<Event::More>();
  more->subscription = find(subscription.row().id);
  more->detail = std::move(detail);
  broker_.history().add(
      {env_.clock.now(), kind, 0, publication.id, {}, arn_, nullptr, nullptr, std::move(more)});
}

// Once for each text that a protocol has of its own: a filter on the body judges what its
// subscriber would get.
std::vector<std::shared_ptr<const Subscription>> Topic::interested(
    const Publication& publication) const {
  std::vector<std::shared_ptr<const Subscription>> found;
  std::vector<std::shared_ptr<const Body>> texts{publication.text};
  for (const auto& [protocol, text] : publication.texts) texts.push_back(text);
  std::vector<filter::Index::Key> keys;
  ReadLock lock(mutex_);
  for (const auto& text : texts) {
    index_.match(attributes_of(publication), text->text(), keys);
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
    if (is_closed_) return topic_errors::not_found("Topic");
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
      note_published(publication);
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
  if (!sequences_.reserve(1, env_.journal)) {
    return Error{topic_errors::kTopicLimitExceeded, "The topic has used up its message numbers."};
  }
  publication.sequence = sequences_.take();
  if (settings->archive_retention) archive(publication);
  note_published(publication);
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
  return sequences_.next();
}

Ticket Topic::publish_again(const Subscription& subscription, const Publication& publication,
                            const Renderer& renderer) {
  const auto& filter = subscription.filter();
  if (filter && !filter->matches(attributes_of(publication), publication.text->text())) return 0;
  Deliveries deliveries(false);
  const Ticket ticket =
      deliver(subscription, publication, *renderer.render(broker_, name_, publication), deliveries);
  return std::max(ticket, deliveries.send());
}

Ticket Topic::deliver(const Subscription& subscription, const Publication& publication,
                      Rendering& rendering, Deliveries& deliveries) {
  auto message = rendering.message_for(subscription);
  message.origin = publication.id;
  message.client = publication.client;
  std::shared_ptr<Queue> queue;
  std::string_view why_not;
  Ticket ticket = 0;
  if (subscription.queue()) {
    queue = broker_.find_target(*subscription.queue(), subscription);
    if (!queue) {
      why_not = broker_.find_queue(*subscription.queue())
                    ? "the queue's policy does not let the topic send (Allow sqs:SendMessage to "
                      "Service sns.amazonaws.com)"
                    : "the queue does not exist";
    } else if (!rendering.is_deliverable(subscription) || !accepts(*queue, message)) {
      why_not = "the queue does not take such a message: too large, or without what FIFO needs";
    }
  } else {
    if (goes_to_outbox(subscription.protocol())) {
      ticket =
          broker_.store<Outbox>().add(subscription, publication, broker_.show(*message.body).text);
      note(Event::Kind::Caught, subscription, publication, {});
    }
    if (subscription.row().delivery_queue == 0) return ticket;
    queue = broker_.find_delivery_queue(subscription.row().delivery_queue);
    if (!queue) {
      why_not = "the subscription has ended";
    } else if (queue->message_count() >= broker_.rules().pending_deliveries_max) {
      why_not = "too many deliveries are pending (pending_deliveries_max)";
    }
  }
  if (!why_not.empty()) {
    note(Event::Kind::NotDelivered, subscription, publication, std::string(why_not));
    queue = nullptr;
  }
  if (!queue && subscription.dead_letter_queue()) {
    queue = broker_.find_target(*subscription.dead_letter_queue(), subscription);
    if (queue && !accepts(*queue, message)) queue = nullptr;
  }
  if (queue) deliveries.add(std::move(queue), std::move(message));
  return ticket;
}

}  // namespace squire::engine
