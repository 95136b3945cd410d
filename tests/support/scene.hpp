// Reads the scenes of tests/protocol: requests and the answers they must get, in order.
// The format is described in tests/protocol/README.md.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace squire::test {

// What an answer must look like: "--- 400 InvalidAttributeValue", and the text below.
struct Expectation {
  std::string status;  // "200", "4xx", or "*"
  std::string code;    // of an error; empty: a success
  std::string body;
};

// One "### ..." of a scene.
struct Step {
  int line = 0;
  std::vector<std::string> words;  // of the heading: {"json", "CreateQueue"}, {"advance", "30s"}
  std::string request;             // the lines below it
  std::string waits_as;            // "--- waits as poll": no answer yet; its name from now on
  Expectation expected;
  int expected_line = 0;

  std::string word(std::size_t index) const { return index < words.size() ? words[index] : ""; }
  bool is_raw() const { return word(0) == "raw"; }
  // "json" and "query" are those of SQS, "sns" is SNS's Query.
  std::string protocol() const { return word(is_raw() ? 1 : 0); }
  bool is_call() const {
    return is_json() || is_sns() || protocol() == "query" || (is_raw() && is_text());
  }
  bool is_json() const { return protocol() == "json"; }
  // The answer's body is compared as text, whatever it is.
  bool is_text() const { return protocol() == "text"; }
  bool is_sns() const { return protocol() == "sns"; }
  std::string action() const { return word(is_raw() ? 2 : 1); }
};

class SceneReader {
 public:
  static std::vector<Step> read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    SceneReader reader;
    int number = 0;
    for (std::string line; std::getline(file, line);) reader.add(++number, line);
    reader.finish_text();
    if (reader.steps_.empty()) throw std::runtime_error("no step in " + path.string());
    return std::move(reader.steps_);
  }

 private:
  void add(int number, const std::string& line) {
    if (line == "#" || line.starts_with("# ")) return;
    if (line.starts_with("### ")) {
      finish_text();
      steps_.emplace_back();
      steps_.back().line = number;
      steps_.back().words = split(line.substr(4));
      is_answer_ = false;
    } else if (line.starts_with("--- ")) {
      finish_text();
      begin_answer(number, split(line.substr(4)));
    } else {
      text_.push_back(line);
    }
  }

  void begin_answer(int number, const std::vector<std::string>& words) {
    if (steps_.empty() || words.empty()) throw std::runtime_error("an answer without a request");
    Step& step = steps_.back();
    is_answer_ = true;
    step.expected_line = number;
    if (words.size() == 3 && words[0] == "waits") {
      step.waits_as = words[2];
    } else {
      step.expected.status = words[0];
      if (words.size() > 1) step.expected.code = words[1];
    }
  }

  // The lines gathered so far belong to the request or answer that was begun last.
  void finish_text() {
    while (!text_.empty() && text_.back().empty()) text_.pop_back();
    std::string joined;
    for (std::size_t i = 0; i < text_.size(); ++i) joined += (i == 0 ? "" : "\n") + text_[i];
    text_.clear();
    if (joined.empty()) return;
    if (steps_.empty()) throw std::runtime_error("text before the first step");
    (is_answer_ ? steps_.back().expected.body : steps_.back().request) = std::move(joined);
  }

  static std::vector<std::string> split(const std::string& text) {
    std::istringstream words(text);
    return {std::istream_iterator<std::string>(words), {}};
  }

  std::vector<Step> steps_;
  std::vector<std::string> text_;
  bool is_answer_ = false;
};

}  // namespace squire::test
