// JSON documents that clients hand in as attributes: access policies and their like.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace squire::service {

using Json = nlohmann::ordered_json;

// Discarded (no object, no array) if it is no JSON, or larger or deeper than a policy may be.
Json parse_document(std::string_view text, std::size_t bytes_max);

// Whether two documents say the same, whatever the order of members; two absent ones do.
bool is_same_json(std::string_view a, std::string_view b, std::size_t bytes_max);

// A statement of an access policy: these accounts may call these actions on the resource.
struct Grant {
  std::string label;
  std::vector<std::string> account_ids;
  std::vector<std::string> actions;  // "SQS:SendMessage"
  std::string resource;              // ARN
};

// The policy with one more statement; nothing if the label is taken.
std::optional<std::string> add_statement(Json policy, const Grant& grant);

// The policy without the statement; empty if it was the last one. Nothing if there is none.
std::optional<std::string> remove_statement(Json policy, std::string_view label);

}  // namespace squire::service
