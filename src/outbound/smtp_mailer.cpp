#include "squire/outbound/smtp_mailer.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <stdexcept>
#include <thread>

#include "squire/core/condition.hpp"
#include "squire/core/heartbeat.hpp"
#include "squire/core/internal_errors.hpp"
#include "squire/core/text.hpp"

namespace squire::outbound {
namespace {

constexpr long kTimeoutSeconds = 60;
constexpr std::size_t kEncodedLineMax = 76;  // RFC 2045

struct Close {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, Close>;
using List = std::unique_ptr<curl_slist, Close>;

// Headers are one line each: whatever came from outside must not begin another.
std::string one_line(std::string text) {
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return text;
}

// RFC 5322; texts that are not ASCII are encoded (RFC 2047), bodies always (base64).
std::string compose(const SmtpSettings& settings, const Mail& mail) {
  const std::string body = base64_encode(mail.text);
  std::string text = "From: " + one_line(settings.from) + "\r\nTo: " + one_line(mail.to) +
                     "\r\nSubject: =?UTF-8?B?" + base64_encode(one_line(mail.subject)) +
                     "?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
                     "Content-Transfer-Encoding: base64\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += kEncodedLineMax) {
    text.append(body, at, kEncodedLineMax).append("\r\n");
  }
  return text;
}

struct Reader {
  std::string text;
  std::size_t at = 0;

  static std::size_t read(char* out, std::size_t size, std::size_t count, void* self) {
    auto& reader = *static_cast<Reader*>(self);
    const std::size_t taken = std::min(size * count, reader.text.size() - reader.at);
    std::copy_n(reader.text.data() + reader.at, taken, out);
    reader.at += taken;
    return taken;
  }
};

// Mail servers answer 5xx to what they will never take.
bool is_permanent(CURL* handle) {
  long code = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
  return code >= 500;
}

}  // namespace

class SmtpMailer::State {
 public:
  explicit State(SmtpSettings given) : settings_(std::move(given)), handle_(make_handle()) {
    thread_ = std::thread([this] { run(); });
  }

  ~State() {
    {
      Lock lock(mutex_);
      is_stopping_ = true;
    }
    must_stop_ = true;
    wake_.notify();
    thread_.join();
  }

  void add(Mail mail, std::function<void(Answer)> done) {
    {
      Lock lock(mutex_);
      waiting_.push_back({std::move(mail), std::move(done)});
    }
    wake_.notify();
  }

 private:
  struct Job {
    Mail mail;
    std::function<void(Answer)> done;
  };

  static CURL* make_handle() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL* handle = started == CURLE_OK ? curl_easy_init() : nullptr;
    if (handle == nullptr) throw std::runtime_error("libcurl cannot be used");
    return handle;
  }

  // Called by libcurl about once a second; not 0: it gives up.
  static int look_whether_to_stop(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<State*>(self)->must_stop_ ? 1 : 0;
  }

  // False: the mailer stops.
  bool take(Job& job) {
    Lock lock(mutex_);
    while (!is_stopping_ && waiting_.empty()) wake_.wait(mutex_);
    if (is_stopping_) return false;
    job = std::move(waiting_.front());
    waiting_.pop_front();
    return true;
  }

  void run() {
    Heart heart("mailer");
    for (;;) {
      // A mail server has its time (kTimeoutSeconds), and libcurl keeps it.
      heart.rest("mail");
      Job job;
      if (!take(job)) return;
      guarded(Border::Delivery, "mail", [&] {
        if (job.mail.on_turn) job.mail.on_turn();
        job.done(deliver(job.mail));
      });
    }
  }

  Answer deliver(const Mail& mail) {
    CURL* curl = handle_.get();
    Reader reader{compose(settings_, mail)};
    const List recipients(curl_slist_append(nullptr, ("<" + one_line(mail.to) + ">").c_str()));
    const std::string url = "smtp://" + settings_.host + ":" + std::to_string(settings_.port);
    const std::string from = "<" + settings_.from + ">";
    char why[CURL_ERROR_SIZE] = "";
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.c_str());
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, &Reader::read);
    curl_easy_setopt(curl, CURLOPT_READDATA, &reader);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, kTimeoutSeconds);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &State::look_whether_to_stop);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
    const long tls = settings_.starttls == StartTls::Always  ? CURLUSESSL_ALL
                     : settings_.starttls == StartTls::Never ? CURLUSESSL_NONE
                                                             : CURLUSESSL_TRY;
    curl_easy_setopt(curl, CURLOPT_USE_SSL, tls);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, settings_.verify_tls ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, settings_.verify_tls ? 2L : 0L);
    if (!settings_.ca_file.empty()) {
      curl_easy_setopt(curl, CURLOPT_CAINFO, settings_.ca_file.c_str());
    }
    if (!settings_.user.empty()) {
      curl_easy_setopt(curl, CURLOPT_USERNAME, settings_.user.c_str());
      curl_easy_setopt(curl, CURLOPT_PASSWORD, settings_.password.c_str());
    }
    const CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK) return {200, {}, {}};
    const std::string error = *why != '\0' ? why : curl_easy_strerror(code);
    return {is_permanent(curl) ? 400u : 0u, "SMTP: " + error, {}};
  }

  const SmtpSettings settings_;
  const Handle handle_;  // the thread's
  Mutex mutex_{LockRank::Leaf};
  Condition wake_;
  std::deque<Job> waiting_ GUARDED_BY(mutex_);
  bool is_stopping_ GUARDED_BY(mutex_) = false;
  std::atomic<bool> must_stop_ = false;  // the same, for the mail under way
  std::thread thread_;
};

SmtpMailer::SmtpMailer(SmtpSettings settings)
    : state_(std::make_unique<State>(std::move(settings))) {}

SmtpMailer::~SmtpMailer() = default;

void SmtpMailer::send(Mail mail, std::function<void(Answer)> done) {
  state_->add(std::move(mail), std::move(done));
}

}  // namespace squire::outbound
