#include "squire/sns/envelopes.hpp"

#include <map>
#include <optional>

#include "sns/delivery/links.hpp"
#include "sns/delivery/signer.hpp"
#include "sns/mobile/platform_endpoints.hpp"
#include "squire/core/iso_time.hpp"
#include "squire/core/text.hpp"
#include "squire/wire/json.hpp"

namespace squire::sns {
namespace {

using engine::Body;
using engine::DeliveryProtocol;
using engine::OutgoingMessage;
using engine::Publication;
using engine::Subscription;

constexpr std::size_t kQueueAttributesMax = 10;  // of a message in SQS
constexpr std::string_view kDefaultSubject = "AWS Notification Message";

void begin_member(std::string& out, std::string_view name) {
  out += out.size() == 1 ? "\n  \"" : ",\n  \"";
  out.append(name).append("\" : ");
}

void add_member(std::string& out, std::string_view name, std::string_view value) {
  begin_member(out, name);
  wire::write_json_string(out, value);
}

std::string message_attributes(const MessageAttributes& attributes) {
  std::string out = "{";
  for (const auto& [name, attribute] : attributes) {
    out += out.size() == 1 ? "\n    " : ",\n    ";
    wire::write_json_string(out, name);
    out += " : {\"Type\":";
    wire::write_json_string(out, attribute.type);
    out += ",\"Value\":";
    wire::write_json_string(
        out, attribute.is_binary() ? base64_encode(attribute.value) : attribute.value);
    out += '}';
  }
  return out += "\n  }";
}

std::string email_text(const std::string& message, const std::string& unsubscribe_url) {
  return message +
         "\n\n--\nIf you wish to stop receiving notifications from this topic, please click or "
         "visit the link below to unsubscribe:\n" +
         unsubscribe_url + "\n";
}

// The text of an envelope, to be signed when somebody wants to see it.
struct UnsignedText {
  std::string text;
  std::shared_ptr<engine::Signature> signature;

  void add_signature(int version, const std::string& certificate_url) {
    add_member(text, "SignatureVersion", std::to_string(version));
    add_member(text, "Signature", "");
    signature = std::make_shared<engine::Signature>(text.size() - 1);
    add_member(text, "SigningCertURL", certificate_url);
  }
};

// One publication's deliveries. What all envelopes have in common, the signature above all, is
// made once for each text.
class PublicationRendering final : public engine::Rendering {
 public:
  PublicationRendering(engine::Broker& broker, const Signer& signer, const ResourceName& topic,
                       const Publication& publication)
      : broker_(broker),
        signer_(signer),
        topic_arn_(to_arn("sns", topic)),
        is_fifo_(topic.name.ends_with(".fifo")),
        publication_(publication) {}

  OutgoingMessage message_for(const Subscription& subscription) override;

  bool is_deliverable(const Subscription& subscription) const override {
    return !subscription.is_raw() || !publication_.details ||
           publication_.details->attributes.size() <= kQueueAttributesMax;
  }

 private:
  std::shared_ptr<const Body> envelope(const Subscription& subscription, const std::string& text);
  std::shared_ptr<const Body> body_for(const Subscription& subscription);
  std::shared_ptr<const engine::Details> details_for(const Subscription& subscription);

  engine::Broker& broker_;
  const Signer& signer_;
  const std::string topic_arn_;
  const bool is_fifo_;
  const Publication& publication_;
  std::map<const std::string*, UnsignedText> heads_;  // of envelopes, by their text
  std::optional<std::string> tail_;                   // behind the UnsubscribeURL
  // Without attributes, without group and deduplication id.
  std::shared_ptr<const engine::Details> kept_details_[2][2];
};

std::shared_ptr<const Body> PublicationRendering::envelope(const Subscription& subscription,
                                                           const std::string& text) {
  UnsignedText& head = heads_[&text];
  if (head.text.empty()) {
    std::string& out = head.text;
    out = "{";
    add_member(out, "Type", "Notification");
    add_member(out, "MessageId", to_string(publication_.id));
    if (is_fifo_) add_member(out, "SequenceNumber", sequence_number(publication_.sequence));
    add_member(out, "TopicArn", topic_arn_);
    if (!publication_.subject.empty()) add_member(out, "Subject", publication_.subject);
    add_member(out, "Message", text);
    add_member(out, "Timestamp", to_iso_time(publication_.published_at));
    if (!is_fifo_) {
      head.add_signature(publication_.signature_version,
                         publication_.endpoint + signer_.certificate_path(broker_));
    }
  }
  if (!tail_) {
    tail_.emplace();
    if (publication_.is_replayed) *tail_ += ",\n  \"Replayed\" : \"true\"";
    if (publication_.details && !publication_.details->attributes.empty()) {
      *tail_ += ",\n  \"MessageAttributes\" : ";
      *tail_ += message_attributes(publication_.details->attributes);
    }
    *tail_ += "\n}";
  }
  std::string out;
  out.reserve(head.text.size() + tail_->size() + 256);
  out = head.text;
  add_member(out, "UnsubscribeURL", unsubscribe_url(publication_.endpoint, subscription));
  out += *tail_;
  if (!head.signature) return std::make_shared<const Body>(std::move(out));
  return std::make_shared<const Body>(std::move(out), head.signature);
}

std::shared_ptr<const Body> PublicationRendering::body_for(const Subscription& subscription) {
  const auto protocol = subscription.protocol();
  const auto& text = publication_.text_for(protocol);
  if (protocol == DeliveryProtocol::Application) {
    const auto platform = platform_of(subscription.row().endpoint);
    const auto at = publication_.push_texts.find(platform);
    return at == publication_.push_texts.end() ? text : at->second;
  }
  if (subscription.is_raw()) return text;
  switch (protocol) {
    case DeliveryProtocol::Email:
      return std::make_shared<const Body>(
          email_text(text->text(), unsubscribe_url(publication_.endpoint, subscription)));
    case DeliveryProtocol::Sms:
      if (publication_.display_name.empty()) return text;
      return std::make_shared<const Body>(publication_.display_name + "> " + text->text());
    default:
      return envelope(subscription, text->text());
  }
}

// Whether the messages of a FIFO topic go into a queue that knows no groups.
bool leaves_fifo(const Subscription& subscription) {
  return subscription.queue() && !subscription.queue()->name.ends_with(".fifo");
}

// Attributes travel beside a raw message, and inside of an envelope.
std::shared_ptr<const engine::Details> PublicationRendering::details_for(
    const Subscription& subscription) {
  const auto protocol = subscription.protocol();
  if (protocol == DeliveryProtocol::Email || protocol == DeliveryProtocol::EmailJson) {
    auto mail = std::make_shared<engine::Details>();
    mail->attributes[std::string(kMailSubject)] = {"String", publication_.subject.empty()
                                                                 ? std::string(kDefaultSubject)
                                                                 : publication_.subject};
    return mail;
  }
  const auto& details = publication_.details;
  const bool loses_attributes = details && !subscription.is_raw() && !details->attributes.empty();
  const bool loses_group = is_fifo_ && details && leaves_fifo(subscription);
  if (!loses_attributes && !loses_group) return details;
  auto& kept = kept_details_[loses_attributes][loses_group];
  if (!kept) {
    auto plain = std::make_shared<engine::Details>(*details);
    if (loses_attributes) plain->attributes.clear();
    if (loses_group) plain->group_id = plain->deduplication_id = {};
    kept = std::move(plain);
  }
  return *kept == engine::Details{} ? nullptr : kept;
}

OutgoingMessage PublicationRendering::message_for(const Subscription& subscription) {
  OutgoingMessage message;
  message.body = body_for(subscription);
  message.details = details_for(subscription);
  if (publication_.is_replayed && message.details && !message.details->deduplication_id.empty()) {
    // Or the queue would take it for the duplicate that it is.
    auto details = std::make_shared<engine::Details>(*message.details);
    details->deduplication_id =
        to_string(publication_.id) + '-' +
        std::to_string(subscription.row().changed_at.time_since_epoch().count());
    message.details = std::move(details);
  }
  message.sender_account = publication_.sender_account;
  if (!subscription.queue()) message.id = publication_.id;
  return message;
}

}  // namespace

class Envelopes::State {
 public:
  Signer signer;
};

Envelopes::Envelopes() : state_(std::make_unique<State>()) {}
Envelopes::~Envelopes() = default;

std::unique_ptr<engine::Rendering> Envelopes::render(engine::Broker& broker,
                                                     const ResourceName& topic,
                                                     const Publication& publication) const {
  return std::make_unique<PublicationRendering>(broker, state_->signer, topic, publication);
}

std::string Envelopes::sign(engine::Broker& broker, const std::string& text) const {
  return state_->signer.sign(broker, text);
}

OutgoingMessage Envelopes::render_confirmation(engine::Broker& broker,
                                               const Subscription& subscription,
                                               std::string_view type,
                                               const std::string& endpoint) const {
  const auto topic = broker.topics().find(subscription.topic());
  const bool is_version_2 = topic && topic->settings()->signature_version == 2;
  const std::string topic_arn = to_arn("sns", subscription.topic());
  const std::string message = confirmation_text(type, subscription);
  const std::string url = confirm_url(endpoint, subscription);
  const std::string time = to_iso_time(broker.env().clock.now());
  OutgoingMessage outgoing;
  outgoing.id = broker.env().ids.next();
  UnsignedText made;
  std::string& out = made.text;
  out = "{";
  add_member(out, "Type", type);
  add_member(out, "MessageId", to_string(*outgoing.id));
  add_member(out, "Token", subscription.row().token);
  add_member(out, "TopicArn", topic_arn);
  add_member(out, "Message", message);
  add_member(out, "SubscribeURL", url);
  add_member(out, "Timestamp", time);
  made.add_signature(is_version_2 ? 2 : 1, endpoint + state_->signer.certificate_path(broker));
  out += "\n}";
  outgoing.body = std::make_shared<const Body>(std::move(out), made.signature);
  engine::Details details;
  details.notification_type = type;
  outgoing.details = std::make_shared<const engine::Details>(std::move(details));
  return outgoing;
}

}  // namespace squire::sns
