#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "squire/service/admin_handler.hpp"
#include "squire/service/call.hpp"
#include "squire/service/faults.hpp"
#include "squire/service/http.hpp"
#include "squire/service/observer.hpp"
#include "squire/service/router.hpp"

namespace squire::service {

class Dispatcher;

// One request on its way to its reply, without a socket: has it routed and its caller identified,
// runs the action, and is the only place that encodes errors and holds replies back until what they
// promise is durable. Used by one thread; holds views into `request`, which must outlive it, but
// for its body, see needs_body(). Destroying it early, because the client went away, loses no
// message.
class Exchange {
 public:
  enum class Step {
    Reply,           // reply() is complete
    WaitForCommit,   // run again after the journal's next commit
    WaitForMessage,  // run again when the waiter was notified, or at deadline()
    Move,            // it would take long: call run_elsewhere(), then run again
    Compute,         // helpers are to call compute() for all parts, then run again
    Drop,            // close the connection without a reply
  };

  // `waiter` is notified for a waiting ReceiveMessage.
  Exchange(Dispatcher& dispatcher, const HttpRequest& request, std::shared_ptr<Waiter> waiter);

  Step run();
  // It waits for no message or change any more: the next run gets an answer.
  void end_patience() { may_wait_ = false; }
  // One part of what takes some milliseconds. While run() is not called, the parts on whatever
  // threads, also at once.
  void compute(std::size_t part, std::size_t parts);
  // Does what takes long. On any thread that nobody waits for, while run() is not called.
  void run_elsewhere();

  TimePoint deadline() const {
    if (delay_) return delay_->end;
    return admin_exchange_ ? admin_exchange_->deadline() : call_->deadline();
  }
  engine::Ticket ticket() const { return call_ ? call_->ticket() : site_ticket_; }
  HttpReply& reply() { return reply_; }
  // Empty: none of a service's.
  std::string_view action() const {
    return route_.action ? route_.action->name : std::string_view();
  }
  // Whether the reply may hold messages or long lists: megabytes.
  bool may_be_large() const {
    return admin_exchange_ || (route_.action && route_.action->answers_messages);
  }
  // Whether the request's body must stay where it is: what waits for a message has understood it.
  bool needs_body() const { return !(call_ && call_->resumption()); }
  // For observers, once the reply is complete.
  Answered answered(const HttpRequest& request, std::chrono::microseconds duration) const;

 private:
  void begin(const HttpRequest& request, std::shared_ptr<Waiter> waiter);
  bool turn_away(const HttpRequest& request, const RequestTarget& target);
  bool is_for_site(const HttpRequest& request, const RequestTarget& target) const;
  bool is_misplaced(const HttpRequest& request, std::string_view path, bool is_site);
  bool begin_site(const HttpRequest& request, const RequestTarget& target,
                  const std::shared_ptr<Waiter>& waiter);
  bool show_page(std::string_view path);
  void choose_protocol(const HttpRequest& request);
  void make_call(const HttpRequest& request, std::shared_ptr<Waiter> waiter);
  engine::ClientPtr find_client(const HttpRequest& request, const Identity& identity) const;
  void find_fault(const HttpRequest& request);
  // f(), or what says that it failed inside.
  template <typename F>
  Step guard(F&& f);
  Step step();
  // What the fault says to do before the action, if it is not to go on.
  std::optional<Step> apply_fault();
  bool run_admin_exchange();
  std::optional<Error> refuse_by_journal() const;
  Step run_action();
  Step finish();
  void answer(Result<wire::Answer> result);
  void answer_site(unsigned status, std::string_view message);
  // In the words of whoever was asked.
  void fail(const Error& error, std::string_view site_message);

  Dispatcher& dispatcher_;
  const std::size_t body_bytes_;
  Route route_;  // its action is null: already answered
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
  bool has_computed_ = false;
  engine::Ticket site_ticket_ = 0;
};

}  // namespace squire::service
