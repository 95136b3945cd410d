#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "squire/service/action.hpp"
#include "squire/service/admin_handler.hpp"
#include "squire/service/browser_guard.hpp"
#include "squire/service/call.hpp"
#include "squire/service/credential.hpp"
#include "squire/service/faults.hpp"
#include "squire/service/http.hpp"
#include "squire/service/observer.hpp"
#include "squire/service/request_path.hpp"

namespace squire::service {

struct DispatcherSettings {
  std::string account = "000000000000";
  std::string region = "us-east-1";
  std::string base_url;  // of queue URLs; empty: the scheme and the Host of the request
  std::size_t journal_backlog_max = 1'000'000;  // records; above it, requests get 503
  // Outlives the dispatcher; null: everybody is who he says he is, and may do everything.
  const AccessControl* access = nullptr;
  Faults* faults = nullptr;        // null: nothing goes wrong on purpose; outlives the dispatcher
  bool has_admin_address = false;  // the site is shown there and nothing else, and only there
  BrowserGuard guard;
};

// HTTP requests in, replies out, without a socket: finds service, action, protocol and identity,
// runs the action, and is the only place that encodes errors and holds replies back until what they
// promise is durable. Thread-safe: constant after construction but for the stop flag.
class Dispatcher {
 public:
  // Broker and site outlive the dispatcher; the site may be null.
  Dispatcher(engine::Broker& broker, std::vector<const Service*> services,
             DispatcherSettings settings, AdminHandler* site = nullptr);

  // From now on no call waits for messages any more.
  void stop_waiting() { is_stopping_ = true; }

  // Whether requests must come with all their headers.
  bool verifies_signatures() const { return settings_.access != nullptr; }

  // Whether the request is refused, or answered, by what its head says of a browser: its body need
  // not be waited for.
  bool turns_away(const HttpRequest& head) const;
  // Whether whoever verifies signatures may find this one right, once its body is there: a known
  // key, a time that is not over, one of our services; or it is an administrator's. True if nobody
  // verifies them.
  bool recognizes(const HttpRequest& head) const;

  // Where the body of this request goes, if not into memory; only for who may send it.
  std::optional<Upload> upload(const HttpRequest& head) const;

  std::string new_request_id() const { return to_string(broker_.env().ids.next()); }

 private:
  friend class Exchange;

  BrowserVerdict judge(const HttpRequest& head) const;
  // Nobody has to say who he is, or prove it.
  bool believes_everybody(const HttpRequest& head) const;
  // The site is for whoever has the token, or comes to an address of its own that needs none.
  bool may_administrate(const HttpRequest& head) const;

  engine::Broker& broker_;
  const std::vector<const Service*> services_;
  const DispatcherSettings settings_;
  AdminHandler* const site_;
  std::atomic<bool> is_stopping_ = false;
};

// One request on its way through the dispatcher. Used by one thread; holds views into `request`,
// which must outlive it. Destroying it early, because the client went away, loses no message.
class Exchange {
 public:
  enum class Step {
    Reply,           // reply() is complete
    WaitForCommit,   // run again after the journal's next commit
    WaitForMessage,  // run again when the waiter was notified, or at deadline()
    Move,            // it would take long: call run_elsewhere(), then run again
    Drop,            // close the connection without a reply
  };

  // `waiter` is notified for a waiting ReceiveMessage.
  Exchange(Dispatcher& dispatcher, const HttpRequest& request, std::shared_ptr<Waiter> waiter);

  Step run();
  // It waits for no message or change any more: the next run gets an answer.
  void end_patience() { may_wait_ = false; }
  // Does what takes long. On any thread that nobody waits for, while run() is not called.
  void run_elsewhere();

  TimePoint deadline() const {
    if (delay_) return delay_->end;
    return admin_exchange_ ? admin_exchange_->deadline() : call_->deadline();
  }
  engine::Ticket ticket() const { return call_ ? call_->ticket() : site_ticket_; }
  HttpReply& reply() { return reply_; }
  // Empty: none of a service's.
  std::string_view action() const { return action_ ? action_->name : std::string_view(); }
  // Whether the reply may hold messages or long lists: megabytes.
  bool may_be_large() const { return admin_exchange_ || (action_ && action_->answers_messages); }
  // For observers, once the reply is complete.
  Answered answered(const HttpRequest& request, std::chrono::microseconds duration) const;

 private:
  void route(const HttpRequest& request, std::shared_ptr<Waiter> waiter);
  bool turn_away(const HttpRequest& request, const RequestTarget& target);
  bool is_for_site(const HttpRequest& request, const RequestTarget& target) const;
  void choose_protocol(const HttpRequest& request);
  void route_json(const HttpRequest& request);
  void route_query(const HttpRequest& request, const RequestTarget& target);
  void name_queue(const HttpRequest& request, std::string_view path);
  engine::ClientPtr find_client(const HttpRequest& request, const Identity& identity) const;
  bool route_page(std::string_view path);
  bool route_site(const HttpRequest& request, const RequestTarget& target,
                  const std::shared_ptr<Waiter>& waiter);
  // f(), or what says that it failed inside.
  template <typename F>
  Step guard(F&& f);
  Step step();
  bool run_admin_exchange();
  Step run_action();
  Step finish();
  void find_fault(const HttpRequest& request);
  // What the fault says to do before the action, if it is not to go on.
  std::optional<Step> apply_fault();
  void make_call(const HttpRequest& request, std::shared_ptr<Waiter> waiter);
  Result<void> authenticate(const HttpRequest& request, Identity& identity,
                            std::optional<Authorization>& authorization) const;
  // `reason`: of a signature.
  void log_refusal(const HttpRequest& request, std::string_view action,
                   std::string_view reason) const;
  bool may_administrate(const HttpRequest& request, std::string_view path);
  bool is_misplaced(const HttpRequest& request, std::string_view path, bool is_site);
  void refuse_admin_request(unsigned status, std::string_view message);
  const Service* query_service(std::string_view action, std::string_view scope) const;
  void find_action(std::string_view name);
  bool is_signed_for_service(const HttpRequest& request) const;
  Error not_spoken() const;
  void answer(Result<std::string> result);

  Dispatcher& dispatcher_;
  wire::Form form_;
  Input input_{};
  const Service* service_ = nullptr;
  wire::XmlErrorStyle xml_errors_;
  bool is_query_json_ = false;  // the answer to a Query is JSON
  bool is_at_queue_ = false;    // its path is that of a queue, account included
  Credential credential_;
  const ActionEntry* action_ = nullptr;  // null: already answered
  std::optional<Call> call_;
  HttpReply reply_;
  std::string cors_;  // headers for the reply, once it is complete
  bool is_answered_ = false;
  bool is_for_a_service_ = false;  // and not for the site, or a page
  std::optional<Fault> fault_;
  std::optional<Patience> delay_;                  // by a fault
  std::string_view error_code_;                    // of the reply; empty: a success
  std::unique_ptr<AdminExchange> admin_exchange_;  // null: not to the site
  bool may_wait_ = true;
  engine::Ticket site_ticket_ = 0;
};

// The reply to a request so broken that it never became one (net): too large, malformed, too slow.
// The protocol is guessed from the headers that arrived.
HttpReply refuse(const HttpRequest& request, const Error& error, std::string request_id);
// Likewise, to a body that is larger than its upload may be.
HttpReply refuse(const Upload& upload, std::string request_id);

}  // namespace squire::service
