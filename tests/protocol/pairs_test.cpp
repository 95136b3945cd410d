// Runs every scene of this directory through the dispatcher: no socket, no thread, no sleep.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "squire/engine/broker.hpp"
#include "squire/service/dispatcher.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/envelopes.hpp"
#include "squire/sqs/actions.hpp"
#include "squire/storage/memory_journal.hpp"
#include "squire/sts/actions.hpp"
#include "support/manual_clock.hpp"
#include "support/reply_match.hpp"
#include "support/scene.hpp"
#include "support/signing_key.hpp"

namespace squire::test {
namespace {

using service::Exchange;
using service::HttpReply;
using service::HttpRequest;

constexpr std::string_view kSqsNamespace = "http://queue.amazonaws.com/doc/2012-11-05/";
constexpr std::string_view kSnsNamespace = "http://sns.amazonaws.com/doc/2010-03-31/";

// The __type of an error with that code, by the SQS service model and "Common Errors" of its API
// Reference.
std::string json_type(const std::string& code) {
  static const std::map<std::string, std::string> names = {
      {"AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "BatchEntryIdsNotDistinct"},
      {"AWS.SimpleQueueService.BatchRequestTooLong", "BatchRequestTooLong"},
      {"AWS.SimpleQueueService.EmptyBatchRequest", "EmptyBatchRequest"},
      {"InvalidAddress", "InvalidAddress"},
      {"InvalidAttributeName", "InvalidAttributeName"},
      {"InvalidAttributeValue", "InvalidAttributeValue"},
      {"AWS.SimpleQueueService.InvalidBatchEntryId", "InvalidBatchEntryId"},
      {"InvalidMessageContents", "InvalidMessageContents"},
      {"OverLimit", "OverLimit"},
      {"AWS.SimpleQueueService.PurgeQueueInProgress", "PurgeQueueInProgress"},
      {"AWS.SimpleQueueService.QueueDeletedRecently", "QueueDeletedRecently"},
      {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"},
      {"QueueAlreadyExists", "QueueNameExists"},
      {"ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid"},
      {"ResourceNotFoundException", "ResourceNotFoundException"},
      {"AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "TooManyEntriesInBatchRequest"},
      {"AWS.SimpleQueueService.UnsupportedOperation", "UnsupportedOperation"},
  };
  static const std::map<std::string, std::string> generic = {
      {"InvalidParameterValue", "InvalidParameterValueException"},
      {"MissingParameter", "MissingRequiredParameterException"},
      {"InvalidAction", "UnknownOperationException"},
  };
  if (const auto found = names.find(code); found != names.end())
    return "com.amazonaws.sqs#" + found->second;
  if (const auto found = generic.find(code); found != generic.end())
    return "com.amazon.coral.service#" + found->second;
  return "{{*}}";
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || std::string_view("-_.~").find(c) != std::string_view::npos) {
      result += c;
    } else {
      result += {'%', hex[byte >> 4], hex[byte & 15]};
    }
  }
  return result;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// A request with its texts; HttpRequest only points to them.
struct OwnRequest {
  std::string method = "POST", target = "/", host = "localhost:9324";
  std::string content_type, amz_target, authorization, accept, trace_id, body;

  HttpRequest view() const {
    HttpRequest request{method, target, host, content_type, amz_target, authorization, body};
    request.accept = accept;
    request.trace_id = trace_id;
    return request;
  }

  static OwnRequest json(const std::string& action, std::string body) {
    OwnRequest request;
    request.content_type = "application/x-amz-json-1.0";
    request.amz_target = "AmazonSQS." + action;
    request.body = std::move(body);
    return request;
  }

  // One "Name=value" in each line, not encoded.
  static OwnRequest query(const std::string& action, const std::string& parameters,
                          const std::string& version = "2012-11-05") {
    OwnRequest request;
    request.content_type = "application/x-www-form-urlencoded; charset=utf-8";
    request.body = "Action=" + action + "&Version=" + version;
    for (const std::string& line : lines_of(parameters)) {
      const auto equals = std::min(line.find('='), line.size());
      request.body += "&" + percent_encoded(line.substr(0, equals)) + "=" +
                      percent_encoded(line.substr(std::min(equals + 1, line.size())));
    }
    return request;
  }

  // Signed, since who is not may not do everything.
  static OwnRequest sns(const std::string& action, const std::string& parameters) {
    OwnRequest request = query(action, parameters, "2010-03-31");
    request.authorization =
        "AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/sns/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=0";
    return request;
  }

  // Request line, headers, an empty line, and the body.
  static OwnRequest raw(const std::string& text) {
    OwnRequest request;
    const auto blank = std::min(text.find("\n\n"), text.size());
    const auto head = lines_of(text.substr(0, blank));
    std::istringstream(head.at(0)) >> request.method >> request.target;
    const std::map<std::string, std::string*> headers = {{"Host", &request.host},
                                                         {"Content-Type", &request.content_type},
                                                         {"X-Amz-Target", &request.amz_target},
                                                         {"Authorization", &request.authorization},
                                                         {"Accept", &request.accept},
                                                         {"X-Amzn-Trace-Id", &request.trace_id}};
    for (std::size_t i = 1; i < head.size(); ++i) {
      const auto colon = head[i].find(": ");
      *headers.at(head[i].substr(0, colon)) = head[i].substr(colon + 2);
    }
    request.body = text.substr(std::min(blank + 2, text.size()));
    return request;
  }
};

struct Flag final : Waiter {
  void notify() override { is_raised = true; }
  bool is_raised = false;
};

// A request on its way. It is run again only when somebody raised its flag or its time is over,
// just as a connection does it.
struct Poll {
  OwnRequest own;
  HttpRequest request = own.view();
  std::shared_ptr<Flag> flag = std::make_shared<Flag>();
  Exchange exchange;
  Step step;
  bool is_waiting = true;

  Poll(service::Dispatcher& dispatcher, OwnRequest of, Step step)
      : own(std::move(of)), exchange(dispatcher, request, flag), step(std::move(step)) {
    run();
  }

  void run() {
    flag->is_raised = false;
    auto next = exchange.run();
    if (next == Exchange::Step::Compute) {
      exchange.compute(0, 1);
      next = exchange.run();
    }
    is_waiting = next != Exchange::Step::Reply;
  }
};

class SceneRunner {
 public:
  SceneRunner(std::string file, std::vector<Step> steps)
      : file_(std::move(file)), steps_(std::move(steps)) {
    install_signing_key(broker_);
  }

  void run() {
    for (const Step& step : steps_) {
      if (step.is_call()) {
        if (!call(step)) return;
      } else if (step.word(0) == "advance") {
        advance(step.word(1));
      } else if (step.word(0) == "answer") {
        answer(step);
      } else if (step.word(0) == "still") {
        settle();
        if (!polls_.at(step.word(2))->is_waiting) fail(step.line, "has an answer already");
      } else if (step.word(0) == "expect") {
        compare(step);
      } else if (step.word(0) != "with") {
        fail(step.line, "unknown step " + step.word(0));
      }
    }
  }

 private:
  // Those of AWS, but for what the scene says.
  static engine::Rules rules_of(const std::vector<Step>& steps) {
    engine::Rules rules;
    rules.purge_interval = rules.recreate_delay = Seconds(60);
    rules.filter_policies_max = 200;
    for (const Step& step : steps) {
      if (step.word(0) == "with" && step.word(1) == "in_flight_max")
        rules.in_flight_max = std::stoul(step.word(2));
    }
    return rules;
  }

  bool call(const Step& step) {
    const auto as_json_text = [](const std::string& text) {
      const std::string quoted = Json(text).dump();
      return quoted.substr(1, quoted.size() - 2);
    };
    const std::string text =
        step.is_json() ? known_.fill(step.request, as_json_text) : known_.fill(step.request);
    if (text.find("{{") != std::string::npos) {
      fail(step.line, "a placeholder without a value; the rest is not run");
      return false;
    }
    auto own = step.is_raw()    ? OwnRequest::raw(text)
               : step.is_json() ? OwnRequest::json(step.action(), text)
               : step.is_sns()  ? OwnRequest::sns(step.action(), text)
                                : OwnRequest::query(step.action(), text);
    auto poll = std::make_unique<Poll>(dispatcher_, std::move(own), step);
    if (!step.waits_as.empty()) {
      if (!poll->is_waiting) fail(step.line, "should wait, answers " + poll->exchange.reply().body);
      polls_[step.waits_as] = std::move(poll);
    } else if (poll->is_waiting) {
      fail(step.line, "waits, should answer");
    } else {
      check(step.expected_line, step, step.expected, poll->exchange.reply());
    }
    return true;
  }

  // In steps, so that whoever is woken on the way runs at that time.
  void advance(const std::string& text) {
    const auto count = std::stoll(text);
    const Milliseconds total(text.ends_with("ms") ? count : count * 1000);
    const TimePoint end = clock_.now() + total;
    while (clock_.now() < end) {
      clock_.advance(std::min(Milliseconds(end - clock_.now()),
                              std::max(Milliseconds(1000), Milliseconds(total / 64))));
      settle();
    }
    broker_.tick();
    settle();
  }

  void settle() {
    for (auto& [name, poll] : polls_) {
      if (poll->is_waiting && (poll->flag->is_raised || clock_.now() >= poll->exchange.deadline()))
        poll->run();
    }
  }

  void answer(const Step& step) {
    settle();
    Poll& poll = *polls_.at(step.word(1));
    if (poll.is_waiting) return fail(step.line, "is still waiting");
    check(step.expected_line, poll.step, step.expected, poll.exchange.reply());
  }

  void compare(const Step& step) {
    const auto left = known_.fill(step.word(1)), right = known_.fill(step.word(3));
    const bool is_less = std::pair(left.size(), left) < std::pair(right.size(), right);
    if (step.word(2) == "<" ? !is_less : left == right)
      fail(step.line, left + " " + step.word(2) + " " + right + " does not hold");
  }

  void check(int line, const Step& step, const Expectation& expected, const HttpReply& reply) {
    const std::string shown =
        std::to_string(reply.status) + " " + reply.query_error + "\n" + shorten(reply.body);
    if (!is_status(expected.status, reply.status))
      return fail(line, "expected status " + expected.status + ", got " + shown);
    if (!known_.match("{{*:uuid}}", reply.request_id)) fail(line, "bad request id");
    if (step.is_text()) {
      const auto wrong = match_text(known_, expected.body, reply.body, "body");
      if (!wrong.empty()) fail(line, wrong + "\nin " + shown);
      return;
    }
    const bool is_error = reply.status >= 400;
    if (is_error && step.is_json()) {
      const std::string header = expected.code == "*" ? "{{*}};Sender" : expected.code + ";Sender";
      if (!known_.match(header, reply.query_error))
        fail(line, difference("x-amzn-query-error", header, reply.query_error));
    } else if (!reply.query_error.empty()) {
      fail(line, "x-amzn-query-error should be absent: " + reply.query_error);
    }
    const std::string content_type(reply.content_type);
    const std::string type = step.is_json() ? "application/x-amz-json-1.0" : "text/xml";
    if (content_type != type) fail(line, difference("Content-Type", type, content_type));
    const std::string wrong = step.is_json() ? wrong_json(expected, reply, is_error)
                                             : wrong_xml(step, expected, reply, is_error);
    if (!wrong.empty()) fail(line, wrong + "\nin " + shown);
  }

  static bool is_status(const std::string& pattern, unsigned status) {
    const std::string text = std::to_string(status);
    return pattern == "*" || pattern == text || (pattern == "4xx" && text.starts_with('4'));
  }

  std::string wrong_json(const Expectation& expected, const HttpReply& reply, bool is_error) {
    if (expected.body.empty()) return reply.body.empty() ? "" : "the body should be empty";
    const Json actual = Json::parse(reply.body, nullptr, false);
    if (actual.is_discarded()) {
      return known_.is_anything(expected.body) && reply.body.empty() ? "" : "no JSON";
    }
    const bool is_text = known_.is_anything(expected.body) || !expected.body.starts_with('{') ||
                         expected.body.starts_with("{{");
    if (is_error && is_text) {
      const Json body = {{"__type", json_type(expected.code)}, {"message", expected.body}};
      return match_json(known_, body, actual);
    }
    if (known_.is_anything(expected.body)) return {};
    return match_json(known_, Json::parse(expected.body), actual);
  }

  std::string wrong_xml(const Step& step, const Expectation& expected, const HttpReply& reply,
                        bool is_error) try {
    const std::string action = step.action();
    if (!reply.body.starts_with("<?xml version=\"1.0\"?>")) return "no XML declaration";
    const XmlElement actual = XmlReader::read(reply.body);
    const XmlElement* id = is_error ? &actual : actual.child("ResponseMetadata");
    if (id) id = id->child("RequestId");
    if (!id || id->text != reply.request_id) return "RequestId is not that of the header";
    if (expected.body.starts_with("<" + action + "Response ") ||
        (expected.body.starts_with("<ErrorResponse") && has_code(actual, expected.code))) {
      return match_xml(known_, XmlReader::read(expected.body), actual);
    }
    const auto name_space = actual.attributes.find("xmlns");
    if (name_space == actual.attributes.end() ||
        name_space->second != (step.is_sns() ? kSnsNamespace : kSqsNamespace))
      return "wrong namespace";
    if (is_error) return wrong_xml_error(step, expected, actual);
    if (actual.name != action + "Response") return "wrong root " + actual.name;
    if (known_.is_anything(expected.body)) return {};
    if (expected.body.empty()) return actual.children.size() == 1 ? "" : "a result, expected none";
    if (actual.children.size() != 2) return "no result";
    return match_xml(known_, XmlReader::read(expected.body), actual.children[0]);
  } catch (const std::runtime_error& error) {
    return std::string("no XML: ") + error.what();
  }

  static bool has_code(const XmlElement& answer, const std::string& code) {
    const XmlElement* error = answer.child("Error");
    return error && error->child("Code") && error->child("Code")->text == code;
  }

  std::string wrong_xml_error(const Step& step, const Expectation& expected,
                              const XmlElement& actual) {
    const XmlElement* error = actual.name == "ErrorResponse" ? actual.child("Error") : nullptr;
    if (!error) return "no Error";
    const auto text = [&](std::string_view name) {
      const XmlElement* element = error->child(name);
      return element ? element->text : "(absent)";
    };
    if (text("Type") != "Sender") return difference("Type", "Sender", text("Type"));
    if (text("Detail") != (step.is_sns() ? "(absent)" : "")) return "wrong Detail";
    if (expected.code != "*" && text("Code") != expected.code)
      return difference("Code", expected.code, text("Code"));
    return match_text(known_, expected.body, text("Message"), "Message");
  }

  void fail(int line, const std::string& what) { ADD_FAILURE_AT(file_.c_str(), line) << what; }

  const std::string file_;
  const std::vector<Step> steps_;
  ManualClock clock_;
  RandomIds ids_;
  storage::MemoryJournal journal_;
  const sns::Envelopes envelopes_;
  engine::Broker broker_{{clock_, ids_, journal_}, rules_of(steps_), &envelopes_};
  service::Dispatcher dispatcher_{broker_, {&sqs::service(), &sns::service(), &sts::service()}, {}};
  Placeholders known_;
  std::map<std::string, std::unique_ptr<Poll>> polls_;
};

const std::filesystem::path kDirectory =
    std::filesystem::path(SQUIRE_SOURCE_DIR) / "tests" / "protocol";

// Relative to the directory: "SendMessage/a-message-is-stored.http".
std::vector<std::string> all_scenes() {
  std::vector<std::string> result;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kDirectory)) {
    if (entry.path().extension() == ".http")
      result.push_back(entry.path().lexically_relative(kDirectory).generic_string());
  }
  std::sort(result.begin(), result.end());
  return result;
}

class SceneTest : public testing::TestWithParam<std::string> {};

TEST_P(SceneTest, IsAnsweredAsWritten) {
  const auto path = kDirectory / GetParam();
  SceneRunner(path.string(), SceneReader::read(path)).run();
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(0, info.param.rfind('.'));
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Protocol, SceneTest, testing::ValuesIn(all_scenes()), test_name);

// Every action is shown to succeed and to fail, in every protocol it has.
TEST(SceneListTest, HasASuccessAndAnErrorForEveryActionInEveryProtocol) {
  std::set<std::string> shown;
  for (const std::string& scene : all_scenes()) {
    for (const Step& step : SceneReader::read(kDirectory / scene)) {
      if (!step.is_call() || step.is_raw() || step.expected.status.empty()) continue;
      const std::string outcome = step.expected.status == "200" ? "success" : "error";
      if (scene.find(step.action() + "/") != std::string::npos)
        shown.insert(step.action() + " " + step.word(0) + " " + outcome);
    }
  }
  for (const std::string_view action : sqs::Actions::names()) {
    for (const char* pair : {" json success", " json error", " query success", " query error"}) {
      EXPECT_TRUE(shown.contains(std::string(action) + pair)) << action << pair << " is missing";
    }
  }
  // That asks for nothing and cannot fail.
  const std::set<std::string_view> never_failing = {"GetSMSSandboxAccountStatus"};
  for (const std::string_view action : sns::Actions::names()) {
    // Its password is random: sandbox_test.cpp.
    if (action != "VerifySMSSandboxPhoneNumber") {
      EXPECT_TRUE(shown.contains(std::string(action) + " sns success")) << action;
    }
    if (never_failing.contains(action)) continue;
    EXPECT_TRUE(shown.contains(std::string(action) + " sns error")) << action;
  }
}

}  // namespace
}  // namespace squire::test
