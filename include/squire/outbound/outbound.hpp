// What leaves the daemon on its own account: requests to endpoints, and emails. Whoever hands them
// in decides what to send, what an answer means, and whether to try again; here they are sent.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "squire/core/clock.hpp"
#include "squire/core/executor.hpp"

namespace squire::outbound {

// One POST. Redirects are not followed.
struct Request {
  std::string url;  // http:// or https://, perhaps with user:password@ and a port
  // Sent in this order. The client itself places Content-Length (before Content-Type), Host,
  // Authorization (from the URL) and Connection (before User-Agent), and refuses them here, as it
  // does Transfer-Encoding.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  Milliseconds timeout{15'000};  // for all of it: resolve, connect, send, receive
  bool is_confined = true;       // to the networks that deliveries may go to
  // Called once when the request gets its turn, before anything of it is sent; null: nobody asks.
  // Like done(), on the outbound thread, and never inside of send().
  std::function<void()> on_turn;
};

struct Answer {
  unsigned status = 0;  // HTTP status; 0: there was no answer; 403 with an error: it was not sent
  std::string error;    // why not: "connection refused", "timed out", "certificate verify failed"
  std::string body;  // the beginning of the answer's, at most 1 KiB: for logs and delivery records
};

// One email.
struct Mail {
  std::string to;
  std::string subject;            // UTF-8, one line
  std::string text;               // UTF-8
  std::function<void()> on_turn;  // as Request's, on the mailer's thread
};

// Thread-safe; sends one mail after the other.
class Mailer {
 public:
  virtual ~Mailer() = default;

  // Calls done(result) on a thread of its own, once, unless the daemon stops before. The status is
  // 200 for a mail the server took, 400 for one it refused for good, 0 for what may work later.
  virtual void send(Mail mail, std::function<void(Answer)> done) = 0;
};

// Sends requests. Thread-safe, but for send(): everything it calls back runs on its own thread (the
// outbound thread), one call at a time, in between the tasks it is given.
class Sender : public Executor {
 public:
  // Sends the request, then calls done(result), once, unless the daemon stops before. Called on the
  // outbound thread only. Requests beyond the limit of connections to one host wait for their
  // turn; their timeout runs from when they get it.
  virtual void send(Request request, std::function<void(Answer)> done) = 0;
};

}  // namespace squire::outbound
