#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace squire::provision {

// A directory of what init scripts find besides their own: ahead of the PATH an `aws` that tells
// the AWS CLI the endpoint by a flag, since not every version knows AWS_ENDPOINT_URL, and
// `awslocal` where there is none; and what makes bash tell at which line it failed. Made and
// removed with this object. Where it cannot be made a warning says so, and scripts run without it.
// Not thread-safe.
class ScriptTools {
 public:
  ScriptTools();
  ~ScriptTools();
  ScriptTools(const ScriptTools&) = delete;
  ScriptTools& operator=(const ScriptTools&) = delete;

  // "NAME=value" for a script that this program runs. Forgets where the script before failed.
  std::vector<std::string> environment(const std::string& interpreter);

  // " at line 7: aws sqs …": where the script failed that ran last, as far as is known; or empty.
  std::string place_of_failure(const std::filesystem::path& script) const;

 private:
  void clear();

  std::filesystem::path directory_;  // empty: there is none
};

}  // namespace squire::provision
