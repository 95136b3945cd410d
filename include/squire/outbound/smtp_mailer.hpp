#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "squire/outbound/outbound.hpp"

namespace squire::outbound {

// Whether mails go out encrypted.
enum class StartTls : std::uint8_t {
  Auto,  // if the server offers it
  Always,
  Never,
};

struct SmtpSettings {
  std::string host;
  std::uint16_t port = 25;
  std::string from;  // address
  StartTls starttls = StartTls::Auto;
  std::string user;  // empty: no login
  std::string password;
  bool verify_tls = true;
  std::string ca_file;  // PEM; empty: the system's roots
};

// Sends emails over SMTP, by libcurl, on a thread of its own; keeps its connection. Mails that wait
// are bounded by who hands them in (couriers: their attempts).
class SmtpMailer final : public Mailer {
 public:
  explicit SmtpMailer(SmtpSettings settings);
  // The mail under way is broken off within about a second; it and the others are dropped.
  ~SmtpMailer() override;
  SmtpMailer(const SmtpMailer&) = delete;
  SmtpMailer& operator=(const SmtpMailer&) = delete;

  void send(Mail mail, std::function<void(Answer)> done) override;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace squire::outbound
