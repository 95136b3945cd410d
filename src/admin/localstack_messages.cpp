// The messages of a queue without receiving them, in all the forms in which LocalStack shows them:
// for browsers and scripts, as XML or JSON, and for SDKs whose endpoint this is.
#include <algorithm>
#include <set>

#include "admin/admin_request.hpp"
#include "squire/core/ascii.hpp"
#include "squire/service/request_path.hpp"
#include "squire/service/system_attributes.hpp"
#include "squire/wire/xml.hpp"

namespace squire::admin {
namespace {

using engine::MessageState;

constexpr std::size_t kShownMax = 1000;
constexpr std::string_view kNamespace = "http://queue.amazonaws.com/doc/2012-11-05/";
// Nobody received these messages, so there is nothing to delete them with.
constexpr std::string_view kNoReceipt = "SQS/BACKDOOR/ACCESS";

enum class Form { Xml, Json, AwsJson };

struct Refusal {
  std::string_view code;
  std::string_view json_type;
  unsigned status;
  std::string_view message;
};

constexpr Refusal kNoQueue{"AWS.SimpleQueueService.NonExistentQueue",
                           "com.amazonaws.sqs#QueueDoesNotExist", 400,
                           "The specified queue does not exist."};
constexpr Refusal kNoAddress{"InvalidAddress", "com.amazonaws.sqs#InvalidAddress", 404,
                             "The QueueUrl is not valid for this endpoint: it ends in the account "
                             "and the name of a queue."};
constexpr Refusal kOtherAction{"InvalidRequest", "InvalidRequest", 400,
                               "This endpoint only accepts ReceiveMessage calls"};
constexpr Refusal kMalformed{"MalformedQueryString",
                             "com.amazon.coral.service#SerializationException", 400,
                             "The request is malformed."};

// ---- what is asked for -------------------------------------------------------------------------

Form form_of(const SiteRequest& request) {
  if (!request.amz_target.empty() ||
      request.content_type.find("x-amz-json") != std::string_view::npos) {
    return Form::AwsJson;
  }
  return request.accept.find("json") != std::string_view::npos ? Form::Json : Form::Xml;
}

// A parameter of the URL, or of the form sent.
struct Parameters {
  const AdminRequest& asked;
  wire::Form sent;

  std::string_view find(std::string_view name) const {
    const auto given = asked.parameter(name);
    const auto* posted = sent.find(name);
    return given.empty() && posted ? std::string_view(*posted) : given;
  }
  bool is_true(std::string_view name) const {
    const auto text = find(name);
    return equals_ignoring_case(text, "true") || text == "1";
  }
};

// Empty if it says none.
std::string_view region_in(std::string_view url) {
  const auto [host, path] = service::split_url(url);
  const auto queue = service::parse_queue_path(path);
  return queue && !queue->region.empty() ? queue->region : service::region_of(host, "sqs");
}

// What the URL leaves open, who signed the request says, or the settings; if there is no such
// queue, the only one of that name in the account will do.
std::shared_ptr<engine::Queue> find_by_name(const AdminRequest& asked, std::string_view url,
                                            const std::string& account, const std::string& name) {
  const auto find = [&](std::string_view region) {
    return asked.broker.find_queue({std::string(region), account, name});
  };
  if (const auto said = region_in(url); !said.empty()) return find(said);
  if (const auto given = asked.parameter("region"); !given.empty()) return find(given);
  if (auto queue = find(asked.request.region)) return queue;
  if (auto queue = find(asked.settings.region)) return queue;
  auto all = asked.broker.all_queues();
  std::erase_if(all, [&](const auto& queue) {
    return queue->name().account != account || queue->name().name != name;
  });
  return all.size() == 1 ? all.front() : nullptr;
}

struct Found {
  std::shared_ptr<engine::Queue> queue;
  const Refusal* refusal = nullptr;
};

Found find_by_url(const AdminRequest& asked, std::string_view url) {
  if (url.empty()) return {nullptr, &kNoQueue};
  const auto slash = url.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return {nullptr, &kNoAddress};
  const auto before = url.substr(0, slash);
  const auto account = before.substr(std::min(before.rfind('/') + 1, before.size()));
  const auto name = url.substr(slash + 1);
  if (!is_account_id(account) || name.empty()) return {nullptr, &kNoAddress};
  auto queue = find_by_name(asked, url, std::string(account), std::string(name));
  const auto* refusal = queue ? nullptr : &kNoQueue;
  return {std::move(queue), refusal};
}

Found find_by_json(const AdminRequest& asked) {
  const auto target = asked.request.amz_target;
  if (!target.empty() && !target.ends_with(".ReceiveMessage")) return {nullptr, &kOtherAction};
  const auto json = service::parse_document(asked.request.body, asked.request.body.size());
  if (!json.is_object()) return {nullptr, &kMalformed};
  const auto url = json.value("QueueUrl", Json());
  return find_by_url(asked, url.is_string() ? url.get_ref<const std::string&>() : std::string());
}

Found find_by_parameters(const AdminRequest& asked, const Parameters& parameters) {
  const auto action = parameters.find("Action");
  if (!action.empty() && action != "ReceiveMessage") return {nullptr, &kOtherAction};
  return find_by_url(asked, parameters.find("QueueUrl"));
}

// By the path: region, account, name.
Found find_by_path(const AdminRequest& asked) {
  auto queue = asked.broker.find_queue({asked.parts[0], asked.parts[1], asked.parts[2]});
  const auto* refusal = queue ? nullptr : &kNoQueue;
  return {std::move(queue), refusal};
}

// ---- which messages ----------------------------------------------------------------------------

struct Shown {
  bool invisible = false;
  bool delayed = false;
};

// Calls take(peeked), which says whether to go on, for the messages of that state, or of all.
template <typename Take>
void for_each_message(engine::Queue& queue, std::optional<MessageState> state, Take&& take) {
  std::optional<std::uint64_t> from = 0;
  while (from) {
    auto peeked = queue.peek({state, *from, kShownMax});
    for (auto& message : peeked.messages) {
      if (!take(std::move(message))) return;
    }
    from = peeked.next;
  }
}

std::string group_of(const engine::PeekedMessage& peeked) {
  const auto& details = peeked.message.row.details;
  return details ? details->group_id : std::string();
}

std::vector<engine::PeekedMessage> collect(engine::Queue& queue, Shown shown) {
  // Behind a message that is in flight, nobody sees those of its group.
  std::set<std::string> locked;
  if (queue.is_fifo() && !shown.invisible) {
    for_each_message(queue, MessageState::InFlight, [&](const engine::PeekedMessage& peeked) {
      locked.insert(group_of(peeked));
      return true;
    });
  }
  const bool is_visible_enough = !shown.invisible && !shown.delayed;
  std::vector<engine::PeekedMessage> messages;
  for_each_message(queue, is_visible_enough ? std::optional(MessageState::Visible) : std::nullopt,
                   [&](engine::PeekedMessage&& peeked) {
                     const bool is_hidden =
                         (peeked.state == MessageState::InFlight && !shown.invisible) ||
                         (peeked.state == MessageState::Delayed && !shown.delayed) ||
                         (!locked.empty() && locked.contains(group_of(peeked)));
                     if (!is_hidden) messages.push_back(std::move(peeked));
                     return messages.size() < kShownMax;
                   });
  return messages;
}

// ---- how they are written ----------------------------------------------------------------------

using Attributes = std::vector<std::pair<std::string, std::string>>;

Attributes system_attributes(const engine::PeekedMessage& peeked, Shown shown) {
  Attributes attributes;
  service::for_each_system_attribute(peeked.message, [&](const char* name, auto&& value) {
    auto text = value();
    if (!text.empty()) attributes.emplace_back(name, std::move(text));
  });
  if (peeked.message.delivery.receive_count == 0) {
    attributes.emplace_back("ApproximateFirstReceiveTimestamp", "0");
  }
  const auto word = [](bool is_so) { return is_so ? "true" : "false"; };
  if (shown.invisible) {
    attributes.emplace_back("IsVisible", word(peeked.state != MessageState::InFlight));
  }
  if (shown.delayed) {
    attributes.emplace_back("IsDelayed", word(peeked.state == MessageState::Delayed));
  }
  return attributes;
}

Json to_value(const MessageAttribute& attribute) {
  const bool is_binary = attribute.is_binary();
  return {{is_binary ? "BinaryValue" : "StringValue",
           is_binary ? base64_encode(attribute.value) : attribute.value},
          {"DataType", attribute.type}};
}

const MessageAttributes& message_attributes(const engine::PeekedMessage& peeked) {
  static const MessageAttributes kNone;
  const auto& details = peeked.message.row.details;
  return details ? details->attributes : kNone;
}

Json common_part(engine::Broker& broker, const engine::PeekedMessage& peeked) {
  const auto& row = peeked.message.row;
  auto body = broker.show(*row.body);
  return {{"MessageId", to_string(row.id)},
          {"ReceiptHandle", kNoReceipt},
          {"MD5OfBody", to_hex(body.digest)},
          {"Body", std::move(body.text)}};
}

// As AWS JSON has it.
Json to_aws_json(engine::Broker& broker, const engine::PeekedMessage& peeked, Shown shown) {
  Json message = common_part(broker, peeked);
  for (auto& [name, value] : system_attributes(peeked, shown)) {
    message["Attributes"][name] = std::move(value);
  }
  for (const auto& [name, attribute] : message_attributes(peeked)) {
    message["MessageAttributes"][name] = to_value(attribute);
  }
  return message;
}

// As JSON made of XML has a list: one element is no list.
void put_list(Json& object, const char* name, Json&& list) {
  if (list.empty()) return;
  object[name] = list.size() == 1 ? std::move(list[0]) : std::move(list);
}

// As the XML of the Query protocol has it.
Json to_query(engine::Broker& broker, const engine::PeekedMessage& peeked, Shown shown) {
  Json message = common_part(broker, peeked);
  Json list = Json::array();
  for (auto& [name, value] : system_attributes(peeked, shown)) {
    list.push_back({{"Name", name}, {"Value", std::move(value)}});
  }
  put_list(message, "Attribute", std::move(list));
  list = Json::array();
  for (const auto& [name, attribute] : message_attributes(peeked)) {
    list.push_back({{"Name", name}, {"Value", to_value(attribute)}});
  }
  put_list(message, "MessageAttribute", std::move(list));
  return message;
}

// Lists are elements of the same name, one behind the other.
void write_xml(std::string& out, std::string_view name, const Json& value) {
  if (value.is_array()) {
    for (const auto& element : value) write_xml(out, name, element);
    return;
  }
  wire::open_tag(out, name);
  if (value.is_string()) {
    wire::write_xml_text(out, value.get_ref<const std::string&>());
  } else if (value.is_object()) {
    for (const auto& [member, content] : value.items()) write_xml(out, member, content);
  }
  wire::close_tag(out, name);
}

// `content` under that name: XML in SQS's namespace, or LocalStack's JSON of it.
SiteReply reply_in(Form form, std::string_view name, const Json& content, unsigned status = 200) {
  if (form == Form::Json) return reply_as_localstack({{std::string(name), content}}, status);
  SiteReply answered;
  answered.status = status;
  answered.content_type = "text/xml";
  answered.body = "<?xml version=\"1.0\"?>\n";
  answered.body.append("<").append(name).append(" xmlns=\"").append(kNamespace).append("\">");
  for (const auto& [member, value] : content.items()) write_xml(answered.body, member, value);
  wire::close_tag(answered.body, name);
  return answered;
}

SiteReply reply_in_aws_json(const Json& json, unsigned status = 200) {
  auto answered = reply(json, status);
  answered.content_type = "application/x-amz-json-1.0";
  return answered;
}

SiteReply refuse_in(const AdminRequest& asked, Form form, const Refusal& refusal) {
  if (form == Form::AwsJson) {
    auto refused = reply_in_aws_json({{"__type", refusal.json_type}, {"message", refusal.message}},
                                     refusal.status);
    refused.headers.append("x-amzn-query-error: ").append(refusal.code).append(";Sender\r\n");
    return refused;
  }
  return reply_in(form, "ErrorResponse",
                  {{"Error",
                    {{"Type", "Sender"},
                     {"Code", refusal.code},
                     {"Message", refusal.message},
                     {"Detail", nullptr}}},
                   {"RequestId", asked.request.request_id}},
                  refusal.status);
}

SiteReply show(const AdminRequest& asked, Form form, const Found& found, Shown shown) {
  if (found.refusal != nullptr) return refuse_in(asked, form, *found.refusal);
  Json list = Json::array();
  for (const auto& peeked : collect(*found.queue, shown)) {
    list.push_back(form == Form::AwsJson ? to_aws_json(asked.broker, peeked, shown)
                                         : to_query(asked.broker, peeked, shown));
  }
  Json result = Json::object();
  if (form == Form::AwsJson) {
    if (!list.empty()) result["Messages"] = std::move(list);
    return reply_in_aws_json(result);
  }
  put_list(result, "Message", std::move(list));
  return reply_in(form, "ReceiveMessageResponse",
                  {{"ReceiveMessageResult", result.empty() ? Json() : std::move(result)},
                   {"ResponseMetadata", {{"RequestId", asked.request.request_id}}}});
}

}  // namespace

SiteReply show_localstack_messages(AdminRequest& asked) {
  const auto form = form_of(asked.request);
  Parameters parameters{asked, {}};
  if (form != Form::AwsJson && parameters.sent.parse(asked.request.body).has_error()) {
    return refuse_in(asked, form, kMalformed);
  }
  const auto found = !asked.parts.empty()    ? find_by_path(asked)
                     : form == Form::AwsJson ? find_by_json(asked)
                                             : find_by_parameters(asked, parameters);
  return show(asked, form, found,
              {parameters.is_true("ShowInvisible"), parameters.is_true("ShowDelayed")});
}

}  // namespace squire::admin
