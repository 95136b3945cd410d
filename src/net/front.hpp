#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "squire/net/server.hpp"
#include "squire/net/session.hpp"
#include "squire/net/worker.hpp"

namespace squire::net {

// The thread that accepts connections and never computes, nor takes a lock that a request might
// hold. A connection stays here until its first bytes have come; then it is dealt out to the
// workers in turn, unless its protocol says that it is answered here, whatever the workers do.
class Front {
 public:
  // `shared` outlives the front, as does `background`, on whose thread it is told what was answered
  // here.
  Front(Shared& shared, boost::asio::io_context& background);
  ~Front() { stop(); }
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  // Binds and listens; throws ListenError. The port it got.
  std::uint16_t listen(const boost::asio::ip::tcp::endpoint& endpoint, const PortRole& role);
  // Accepts from now on. The workers outlive the thread.
  void start(std::vector<Worker*> workers);
  // Whose sessions there are, each once; after the last listen().
  std::vector<SessionFactory*> protocols() const;
  // Accepts no more and sends away who has not asked for anything; from any thread.
  void close();
  // Ends the thread.
  void stop();

 private:
  struct Listener {
    boost::asio::ip::tcp::acceptor acceptor;
    PortRole role;
  };

  // A connection that nobody serves yet.
  struct Guest {
    explicit Guest(Front& front, boost::asio::ip::tcp::socket accepted);
    ~Guest();

    Front& front;
    boost::asio::ip::tcp::socket socket;
    TimePoint deadline;
    bool is_dealt_out = false;
    std::list<Guest*>::iterator place;
  };

  void run();
  // Once a second.
  boost::asio::awaitable<void> watch();
  boost::asio::awaitable<void> accept(Listener& listener);
  boost::asio::awaitable<void> receive(std::unique_ptr<Guest> guest, const PortRole& role);
  // False: the connection ends.
  boost::asio::awaitable<bool> answer(Guest& guest, FrontAnswer& answer,
                                      std::chrono::microseconds begin);
  // Elsewhere: whoever is told takes locks, and writes to the access log, which may be slow.
  void tell(Guest& guest, FrontAnswer& answer, std::chrono::microseconds duration);
  void deal_out(Guest& guest, const PortRole& role, bool begins_with_tls);
  // The next one whose turn it is, and that seems to get on.
  Worker& next_worker();

  Shared& shared_;
  boost::asio::io_context& background_;
  std::list<Guest*> guests_;
  boost::asio::io_context context_{1};  // ends before the list that its coroutines are in
  std::list<Listener> listeners_;
  std::vector<Worker*> workers_;
  std::size_t turn_ = 0;  // the worker that gets the next connection
  bool is_closed_ = false;
  std::atomic<std::size_t> untold_count_ = 0;
  std::thread thread_;
};

}  // namespace squire::net
