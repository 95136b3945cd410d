#include "squire/service/exchange.hpp"

#include <algorithm>
#include <utility>

#include "squire/core/internal_errors.hpp"
#include "squire/service/dispatcher.hpp"

namespace squire::service {
namespace {

constexpr std::size_t kTraceMax = 1024;  // characters of a trace header

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

Exchange::Exchange(Dispatcher& dispatcher, const HttpRequest& request,
                   std::shared_ptr<Waiter> waiter)
    : dispatcher_(dispatcher), body_bytes_(request.body.size()) {
  const engine::Gate::Pass pass(dispatcher.broker_.gate());
  reply_.request_id = dispatcher.new_request_id();
  guard([&] {
    begin(request, std::move(waiter));
    return Step::Reply;
  });
}

// What nobody expected is this request's failure, and nobody else's.
template <typename F>
Exchange::Step Exchange::guard(F&& f) {
  Step step = Step::Reply;
  const bool is_well = guarded(Border::Request, reply_.request_id, [&] { step = f(); });
  if (is_well) return step;
  fail({errors::kInternalFailure, {}},
       "Something went wrong inside, see the log for " + reply_.request_id);
  admin_exchange_.reset();
  call_.reset();
  return Step::Reply;
}

void Exchange::begin(const HttpRequest& request, std::shared_ptr<Waiter> waiter) {
  const auto target = split_target(request.target);
  if (turn_away(request, target)) return;
  if (begin_site(request, target, waiter)) return;
  if (request.method == "GET" && show_page(target.path)) return;

  choose_protocol(request);
  auto found = dispatcher_.router_.find_action(request, route_);
  if (route_.is_nowhere) {
    answer(
        wire::Answer{404, route_.protocol.content_type(), {}, {}, "<UnknownOperationException/>"});
  } else if (found.has_error()) {
    answer(std::move(found).error());
  } else {
    make_call(request, std::move(waiter));
  }
}

void Exchange::choose_protocol(const HttpRequest& request) {
  dispatcher_.router_.choose_protocol(request, route_);
  is_for_a_service_ = true;
}

// Before anything is done. False: the request may go on.
bool Exchange::turn_away(const HttpRequest& request, const RequestTarget& target) {
  auto verdict = dispatcher_.authenticator_.judge(request);
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
    answer_site(403, verdict.text);
  } else {
    choose_protocol(request);
    answer(Error{errors::kAccessDenied, std::move(verdict.text)});
  }
  return true;
}

void Exchange::make_call(const HttpRequest& request, std::shared_ptr<Waiter> waiter) {
  std::string endpoint = dispatcher_.settings_.base_url;
  if (endpoint.empty()) {
    if (!is_host(request.host)) {
      route_.action = nullptr;
      return answer(Error{errors::kMalformedInput, "The Host header is malformed."});
    }
    endpoint = request.endpoint();
  }
  auto caller = dispatcher_.authenticator_.identify(request, route_.credential, *route_.service,
                                                    route_.action->name);
  if (caller.has_error()) {
    route_.action = nullptr;
    return answer(std::move(caller).error());
  }
  auto client = find_client(request, caller->identity);
  call_.emplace(dispatcher_.broker_, std::move(caller->identity), std::move(endpoint),
                std::move(waiter), std::move(client));
  if (caller->authorization) call_->authorization.emplace(*std::move(caller->authorization));
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

// Where the site has an address of its own, it is there alone, and nothing else is.
bool Exchange::is_misplaced(const HttpRequest& request, std::string_view path, bool is_site) {
  const bool is_everywhere =
      request.method != "POST" && (is_health(path) || path == "/_squire/certificate");
  if (!dispatcher_.settings_.has_admin_address || is_site == request.is_by_admin_address ||
      is_everywhere) {
    return false;
  }
  answer_site(404, is_site ? "This is shown at the setting admin_address alone"
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
         (is_named_like_queue && !dispatcher_.router_.is_signed_for_service(request)) ||
         (path == "/" && request.method == "GET" && query.empty());
}

bool Exchange::begin_site(const HttpRequest& request, const RequestTarget& target,
                          const std::shared_ptr<Waiter>& waiter) {
  const auto [path, query] = target;
  const bool is_site = is_for_site(request, target);
  if (dispatcher_.site_ == nullptr) return false;
  if (is_misplaced(request, path, is_site)) return true;
  if (!is_site) return false;
  if (const auto dismissal = dispatcher_.authenticator_.dismiss(request, path)) {
    reply_.headers = dismissal->headers;
    answer_site(dismissal->status, dismissal->message);
    return true;
  }
  if (route_.in.form.parse(query).has_error()) {
    answer_site(400, "The parameters of the URL are malformed");
    return true;
  }
  admin_exchange_ = dispatcher_.site_->handle(
      {request.method, path == kHealth ? kOwnHealth : path, route_.in.form, request.body,
       request.accept, request.endpoint(), request.body_file, request.content_type,
       request.amz_target, find_credential(request, route_.in.form).region, reply_.request_id},
      waiter);
  return admin_exchange_ != nullptr;
}

bool Exchange::show_page(std::string_view path) {
  for (const Service* service : dispatcher_.router_.services()) {
    auto page = service->page ? service->page(dispatcher_.broker_, path) : std::nullopt;
    if (!page) continue;
    is_answered_ = true;
    reply_.content_type = page->content_type;
    reply_.body = std::move(page->body);
    return true;
  }
  return false;
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
  fault_ =
      dispatcher_.settings_.faults->strike(route_.action->name, {request.target, request.body});
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
      answer(Error{errors::kRequestThrottled, {}});
      return Step::Reply;
    case Fault::Effect::Error:
      answer(Error{errors::kInternalFailure, {}});
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

// A part that fails is left to run(), which answers for it.
void Exchange::compute(std::size_t part, std::size_t parts) {
  const engine::Gate::Pass pass(dispatcher_.broker_.gate());
  guarded(Border::Request, reply_.request_id, [&] { call_->compute(part, parts); });
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

// Why nothing may be done at the time; nothing: it may.
std::optional<Error> Exchange::refuse_by_journal() const {
  const auto& journal = dispatcher_.broker_.env().journal;
  if (journal.has_failed() || journal.backlog_count() > dispatcher_.settings_.journal_backlog_max) {
    return Error{errors::kServiceUnavailable, {}};
  }
  if (journal.room() != engine::Room::Enough && adds(route_.action->name)) {
    return Error{errors::kServiceUnavailable, "There is no space left on the disk."};
  }
  return std::nullopt;
}

// Reply: answered, but perhaps not yet durable.
Exchange::Step Exchange::run_action() {
  // What is computed is done already, and only to be shown.
  if (auto refusal = has_computed_ ? std::nullopt : refuse_by_journal()) {
    answer(*std::move(refusal));
    return Step::Reply;
  }
  if (!may_wait_ || dispatcher_.is_stopping_) call_->end_patience();
  const Question asked{route_.protocol, route_.in, *route_.dialect, reply_.request_id};
  auto* const resumption = call_->resumption();
  auto result =
      resumption ? resumption->resume(*call_, asked) : route_.action->invoke(*call_, asked);
  if (call_->is_moving()) return Step::Move;
  if (call_->take_computation()) {
    has_computed_ = true;
    return Step::Compute;
  }
  if (result.has_error()) {
    answer(std::move(result).error());
  } else if (*result) {
    answer(**std::move(result));
  } else {
    route_.credential = {};  // looks into the other
    route_.in = {};
    return Step::WaitForMessage;
  }
  return Step::Reply;
}

Exchange::Step Exchange::finish() {
  if (ticket() == 0) return Step::Reply;
  const auto& journal = dispatcher_.broker_.env().journal;
  if (journal.is_durable(ticket())) return Step::Reply;
  if (!journal.has_failed() && journal.room() != engine::Room::None) return Step::WaitForCommit;
  fail({errors::kServiceUnavailable, {}}, "What was changed could not be written to the disk");
  return Step::Reply;
}

Answered Exchange::answered(const HttpRequest& request, std::chrono::microseconds duration) const {
  return {request,
          reply_,
          route_.service ? route_.service->name : std::string_view(),
          action(),
          error_code_,
          call_ ? std::string_view(call_->identity.account) : std::string_view(),
          call_ ? std::string_view(call_->client->access_key) : route_.credential.access_key,
          body_bytes_,
          duration};
}

void Exchange::answer(Result<wire::Answer> result) {
  is_answered_ = true;
  wire::Answer& reply = reply_;
  if (result.has_value()) {
    reply = std::move(*result);
  } else {
    error_code_ = result.error().code->code;
    reply = route_.protocol.encode_error(result.error(), *route_.dialect, reply_.request_id);
  }
}

void Exchange::answer_site(unsigned status, std::string_view message) {
  is_answered_ = true;
  reply_.status = status;
  reply_.content_type = "application/json";
  reply_.body = "{\"message\":\"";
  reply_.body.append(message).append("\"}\n");
  reply_.file.reset();
}

void Exchange::fail(const Error& error, std::string_view site_message) {
  if (is_for_a_service_) {
    answer(error);
  } else {
    answer_site(error.code->status, site_message);
  }
}

}  // namespace squire::service
