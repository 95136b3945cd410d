#include "squire/service/dispatcher.hpp"

#include <algorithm>
#include <utility>

#include "squire/core/internal_errors.hpp"

namespace squire::service {
namespace {

constexpr std::string_view kJsonType = "application/x-amz-json-1.0";
constexpr std::string_view kJson11Type = "application/x-amz-json-1.1";
constexpr std::string_view kXmlType = "text/xml";
constexpr std::size_t kTraceMax = 1024;  // characters of a trace header
constexpr std::string_view kSitePrefix = "/_";
constexpr wire::XmlErrorStyle kDefaultXmlErrors{"http://queue.amazonaws.com/doc/2012-11-05/", true};

// How errors are said to one request.
struct ErrorContext {
  wire::Protocol protocol;
  std::string_view content_type;
  wire::XmlErrorStyle xml_style = kDefaultXmlErrors;
  bool is_query_json = false;
};

HttpReply encode_error(const Error& error, const ErrorContext& context, std::string request_id) {
  const auto& row = wire::spelling(error.code);
  HttpReply reply;
  reply.status = row.status;
  reply.content_type = context.content_type;
  reply.request_id = std::move(request_id);
  if (context.protocol == wire::Protocol::Json) {
    reply.query_error = row.query_code;
    reply.query_error += row.is_sender_fault() ? ";Sender" : ";Receiver";
    reply.body = wire::encode_json_error(error);
  } else if (context.is_query_json) {
    reply.body =
        wire::encode_query_json_error(error, context.xml_style.has_detail, reply.request_id);
  } else {
    reply.body = wire::encode_xml_error(error, context.xml_style, reply.request_id);
  }
  return reply;
}

// Whether a POST with an X-Amz-Target is JSON: other content says that it is not.
bool is_json_type(std::string_view content_type) {
  return content_type.empty() || content_type.find("json") != std::string_view::npos;
}

std::string_view json_type_of(std::string_view content_type) {
  return content_type.find("json-1.1") == std::string_view::npos ? kJsonType : kJson11Type;
}

// For the log. A message may quote what was sent, secrets in the wrong place included, unless it is
// about the time.
std::string reason_of(const Error& error) {
  std::string reason(wire::spelling(error.code).query_code);
  if (error.message.starts_with("Signature ")) reason.append(": ").append(error.message);
  return reason;
}

// Whether an action may add to what is stored. What does not is served also by a full disk, so that
// there will be room again.
bool adds(std::string_view action) {
  constexpr std::string_view kVerbs[] = {"Cancel", "Change",      "Check", "Delete",
                                         "Get",    "List",        "Purge", "Receive",
                                         "Remove", "Unsubscribe", "Untag"};
  return std::none_of(std::begin(kVerbs), std::end(kVerbs),
                      [&](std::string_view verb) { return action.starts_with(verb); });
}

}  // namespace

Dispatcher::Dispatcher(engine::Broker& broker, std::vector<const Service*> services,
                       DispatcherSettings settings, AdminHandler* site)
    : broker_(broker),
      services_(std::move(services)),
      settings_(std::move(settings)),
      site_(site) {}

Exchange::Exchange(Dispatcher& dispatcher, const HttpRequest& request,
                   std::shared_ptr<Waiter> waiter)
    : dispatcher_(dispatcher) {
  const engine::Gate::Pass pass(dispatcher.broker_.gate());
  reply_.request_id = dispatcher.new_request_id();
  guard([&] {
    route(request, std::move(waiter));
    return Step::Reply;
  });
}

// What nobody expected is this request's failure, and nobody else's.
template <typename F>
Exchange::Step Exchange::guard(F&& f) {
  Step step = Step::Reply;
  const bool is_well = guarded(Border::Request, reply_.request_id, [&] { step = f(); });
  if (is_well) return step;
  if (!is_for_a_service_) {
    refuse_admin_request(500, "Something went wrong inside, see the log for " + reply_.request_id);
  } else {
    answer(Error{Errc::InternalFailure, {}});
  }
  admin_exchange_.reset();
  call_.reset();
  return Step::Reply;
}

void Exchange::route(const HttpRequest& request, std::shared_ptr<Waiter> waiter) {
  const auto target = split_target(request.target);
  if (turn_away(request, target)) return;
  if (route_site(request, target, waiter)) return;
  if (request.method == "GET" && route_page(target.path)) return;

  choose_protocol(request);
  if (input_.protocol == wire::Protocol::Json) {
    route_json(request);
  } else {
    route_query(request, target);
  }
  if (action_ != nullptr) make_call(request, std::move(waiter));
}

void Exchange::choose_protocol(const HttpRequest& request) {
  is_for_a_service_ = true;
  const bool is_json = !request.amz_target.empty() && is_json_type(request.content_type);
  input_ = {is_json ? wire::Protocol::Json : wire::Protocol::Query, request.body, &form_, {}};
  reply_.content_type = !is_json ? kXmlType : json_type_of(request.content_type);
  xml_errors_ = kDefaultXmlErrors;
}

// Before anything is done. False: the request may go on.
bool Exchange::turn_away(const HttpRequest& request, const RequestTarget& target) {
  auto verdict = dispatcher_.judge(request);
  cors_ = std::move(verdict.headers);
  switch (verdict.kind) {
    case BrowserVerdict::Kind::Serve:
      return false;
    case BrowserVerdict::Kind::Preflight:
      is_answered_ = true;
      reply_.status = 204;
      return true;
    case BrowserVerdict::Kind::Refuse:
      break;
  }
  if (dispatcher_.site_ != nullptr && is_for_site(request, target)) {
    refuse_admin_request(403, verdict.text);
  } else {
    choose_protocol(request);
    answer(Error{Errc::AccessDenied, std::move(verdict.text)});
  }
  return true;
}

void Exchange::make_call(const HttpRequest& request, std::shared_ptr<Waiter> waiter) {
  const auto& settings = dispatcher_.settings_;
  std::string endpoint = settings.base_url;
  if (endpoint.empty()) {
    if (!is_host(request.host)) {
      action_ = nullptr;
      return answer(Error{Errc::MalformedInput, "The Host header is malformed."});
    }
    endpoint = request.endpoint();
  }
  Identity identity{
      is_account_id(credential_.access_key) ? std::string(credential_.access_key)
                                            : settings.account,
      is_region(credential_.region) ? std::string(credential_.region) : settings.region,
      !credential_.access_key.empty(), credential_.access_key};
  identity.names_region = is_region(credential_.region);
  std::optional<Authorization> authorization;
  if (settings.access) {
    const auto authenticated = authenticate(request, identity, authorization);
    if (authenticated.has_error()) {
      log_refusal(request, action_->name, reason_of(authenticated.error()));
      action_ = nullptr;
      return answer(authenticated.error());
    }
  }
  auto client = find_client(request, identity);
  call_.emplace(dispatcher_.broker_, std::move(identity), std::move(endpoint), std::move(waiter),
                std::move(client));
  if (authorization) call_->authorization.emplace(*authorization);
  if (is_single_line(request.trace_id, kTraceMax)) call_->trace_header = request.trace_id;
  find_fault(request);
}

engine::ClientPtr Exchange::find_client(const HttpRequest& request,
                                        const Identity& identity) const {
  const engine::ClientPtr* last = request.client;
  if (last && *last && (*last)->account == identity.account &&
      (*last)->access_key == identity.access_key && (*last)->address == request.address) {
    return *last;
  }
  auto client = std::make_shared<const engine::Client>(engine::Client{
      identity.account, std::string(identity.access_key), std::string(request.address)});
  if (request.client) *request.client = client;
  return client;
}

void Exchange::refuse_admin_request(unsigned status, std::string_view message) {
  is_answered_ = true;
  reply_.status = status;
  reply_.content_type = "application/json";
  reply_.body.append("{\"message\":\"").append(message).append("\"}\n");
}

// Where the site has an address of its own, it is there alone, and nothing else is.
bool Exchange::is_misplaced(const HttpRequest& request, std::string_view path, bool is_site) {
  const bool is_everywhere =
      request.method != "POST" && (is_health(path) || path == "/_squire/certificate");
  if (!dispatcher_.settings_.has_admin_address || is_site == request.is_by_admin_address ||
      is_everywhere) {
    return false;
  }
  refuse_admin_request(
      404, is_site ? "This is shown at the setting admin_address alone"
                   : "This is the admin_address, which has /_squire/ and /metrics; queues "
                     "and topics are at the setting port");
  return true;
}

// The paths of queues are many, those of the site few: all but these begin so.
bool Exchange::is_for_site(const HttpRequest& request, const RequestTarget& target) const {
  const auto [path, query] = target;
  const bool is_named_like_queue =
      path == "/metrics" || (path == kHealth && request.method != "POST");
  return path.starts_with(kSitePrefix) ||
         (is_named_like_queue && !is_signed_for_service(request)) ||
         (path == "/" && request.method == "GET" && query.empty());
}

bool Exchange::route_site(const HttpRequest& request, const RequestTarget& target,
                          const std::shared_ptr<Waiter>& waiter) {
  const auto [path, query] = target;
  const bool is_site = is_for_site(request, target);
  if (dispatcher_.site_ == nullptr) return false;
  if (is_misplaced(request, path, is_site)) return true;
  if (!is_site) return false;
  if (!may_administrate(request, path)) return true;
  if (form_.parse(query).has_error()) {
    refuse_admin_request(400, "The parameters of the URL are malformed");
    return true;
  }
  admin_exchange_ = dispatcher_.site_->handle(
      {request.method, path == kHealth ? kOwnHealth : path, form_, request.body, request.accept,
       request.endpoint(), request.body_file, request.content_type, request.amz_target,
       find_credential(request, form_).region, reply_.request_id},
      waiter);
  return admin_exchange_ != nullptr;
}

// False: it waits.
bool Exchange::run_admin_exchange() {
  auto answered = admin_exchange_->run(may_wait_ && !dispatcher_.is_stopping_);
  if (!answered) return false;
  is_answered_ = true;
  reply_.status = answered->status;
  reply_.content_type = answered->content_type;
  reply_.headers = std::move(answered->headers);
  reply_.body = std::move(answered->body);
  reply_.file = std::move(answered->file);
  site_ticket_ = answered->ticket;
  return true;
}

void Exchange::find_fault(const HttpRequest& request) {
  if (dispatcher_.settings_.faults == nullptr) return;
  fault_ = dispatcher_.settings_.faults->strike(action_->name, {request.target, request.body});
  if (!fault_) return;
  using Effect = Fault::Effect;
  if (fault_->effect == Effect::Delay) {
    const TimePoint now = dispatcher_.broker_.env().clock.now();
    delay_ = {now, now + fault_->delay};
  }
  call_->faults = std::make_unique<CallFaults>(
      CallFaults{fault_->effect == Effect::Duplicate, fault_->effect == Effect::Reorder,
                 fault_->effect == Effect::Partial, std::mt19937_64(fault_->seed)});
}

std::optional<Exchange::Step> Exchange::apply_fault() {
  switch (fault_->effect) {
    case Fault::Effect::Throttle:
      answer(Error{Errc::RequestThrottled, {}});
      return Step::Reply;
    case Fault::Effect::Error:
      answer(Error{Errc::InternalFailure, {}});
      return Step::Reply;
    case Fault::Effect::DropBefore:
      return Step::Drop;
    default:
      return std::nullopt;
  }
}

Exchange::Step Exchange::run() {
  const engine::Gate::Pass pass(dispatcher_.broker_.gate());
  const auto next = guard([this] { return step(); });
  if (next == Step::Reply) reply_.headers += std::exchange(cors_, {});
  return next;
}

void Exchange::run_elsewhere() {
  if (call_) call_->move();
  const engine::Gate::Pass pass(dispatcher_.broker_.gate());
  guard([this] { return admin_exchange_ ? (run_admin_exchange(), Step::Reply) : run_action(); });
}

Exchange::Step Exchange::step() {
  if (delay_) {
    const bool lasts = may_wait_ && delay_->lasts(dispatcher_.broker_.env().clock.now());
    if (lasts) return Step::WaitForMessage;
    delay_.reset();
  }
  if (admin_exchange_ && !is_answered_) {
    if (admin_exchange_->is_long()) return Step::Move;
    if (!run_admin_exchange()) return Step::WaitForMessage;
  } else if (!is_answered_) {
    if (const auto step = fault_ ? apply_fault() : std::nullopt) return *step;
    if (const auto step = run_action(); step != Step::Reply) return step;
  }
  const auto next = finish();
  const bool is_dropped = fault_ && fault_->effect == Fault::Effect::DropAfter;
  return next == Step::Reply && is_dropped ? Step::Drop : next;
}

// Reply: answered, but perhaps not yet durable.
Exchange::Step Exchange::run_action() {
  const auto& journal = dispatcher_.broker_.env().journal;
  if (journal.has_failed() || journal.backlog_count() > dispatcher_.settings_.journal_backlog_max) {
    answer(Error{Errc::ServiceUnavailable, {}});
    return Step::Reply;
  }
  if (journal.room() != engine::Room::Enough && adds(action_->name)) {
    answer(Error{Errc::ServiceUnavailable, "There is no space left on the disk."});
    return Step::Reply;
  }
  if (!may_wait_ || dispatcher_.is_stopping_) call_->end_patience();
  auto result =
      action_->invoke(*call_, input_, {service_->xml_namespace, reply_.request_id, is_query_json_});
  if (call_->is_moving()) return Step::Move;
  if (result.has_value() && call_->is_waiting()) return Step::WaitForMessage;
  answer(std::move(result));
  return Step::Reply;
}

Exchange::Step Exchange::finish() {
  if (ticket() == 0) return Step::Reply;
  const auto& journal = dispatcher_.broker_.env().journal;
  if (journal.is_durable(ticket())) return Step::Reply;
  if (!journal.has_failed() && journal.room() != engine::Room::None) return Step::WaitForCommit;
  answer(Error{Errc::ServiceUnavailable, {}});
  return Step::Reply;
}

Answered Exchange::answered(const HttpRequest& request, std::chrono::microseconds duration) const {
  return {request,
          reply_,
          service_ ? service_->name : std::string_view(),
          action_ ? action_->name : std::string_view(),
          error_code_,
          call_ ? std::string_view(call_->identity.account) : std::string_view(),
          call_ ? call_->identity.access_key : credential_.access_key,
          duration};
}

void Exchange::answer(Result<std::string> result) {
  is_answered_ = true;
  if (result.has_value()) {
    reply_.body = std::move(*result);
  } else {
    error_code_ = wire::spelling(result.error().code).query_code;
    reply_ = encode_error(result.error(),
                          {input_.protocol, reply_.content_type, xml_errors_, is_query_json_},
                          std::move(reply_.request_id));
  }
}

HttpReply refuse(const HttpRequest& request, const Error& error, std::string request_id) {
  const bool is_json = is_json_type(request.content_type) &&
                       (!request.amz_target.empty() || !request.content_type.empty());
  const ErrorContext context = is_json ? ErrorContext{wire::Protocol::Json, kJsonType}
                                       : ErrorContext{wire::Protocol::Query, kXmlType};
  return encode_error(error, context, std::move(request_id));
}

HttpReply refuse(const Upload& upload, std::string request_id) {
  HttpReply reply;
  reply.content_type = "application/json";
  reply.request_id = std::move(request_id);
  if (!upload.file) {
    reply.status = 503;
    reply.body = "{\"message\":\"There are as many exports and imports under way as the setting " +
                 std::string(upload.setting) + " allows; ask again\"}\n";
    return reply;
  }
  reply.status = 413;
  reply.body = "{\"message\":\"The body is larger than the setting " + std::string(upload.setting) +
               ", " + std::to_string(upload.bytes_max) + " bytes\"}\n";
  return reply;
}

}  // namespace squire::service
