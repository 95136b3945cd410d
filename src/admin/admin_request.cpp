#include "admin/admin_request.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "squire/core/iso_time.hpp"

namespace squire::admin {
namespace {

constexpr std::int64_t kPageMax = 1000;
constexpr std::size_t kCellMax = 60;  // characters of a table's cell

template <typename Resource>
auto sort_key(const std::shared_ptr<Resource>& resource) {
  const auto& name = resource->name();
  return std::tie(name.name, name.account, name.region);
}

// Those the request asks for, in order.
template <typename Resource>
std::vector<std::shared_ptr<Resource>> select(const AdminRequest& asked,
                                              std::vector<std::shared_ptr<Resource>> all) {
  const auto account = asked.parameter("account");
  const auto region = asked.parameter("region");
  const auto search = asked.parameter("search");
  std::erase_if(all, [&](const auto& resource) {
    const auto& name = resource->name();
    return (!account.empty() && name.account != account) ||
           (!region.empty() && name.region != region) ||
           name.name.find(search) == std::string::npos;
  });
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return sort_key(a) < sort_key(b); });
  return all;
}

template <typename Resource>
std::shared_ptr<Resource> only_one_named(const AdminRequest& asked, std::string_view name,
                                         std::vector<std::shared_ptr<Resource>> all) {
  all = select(asked, std::move(all));
  std::erase_if(all, [&](const auto& resource) { return resource->name().name != name; });
  return all.size() == 1 ? all.front() : nullptr;
}

ResourceName asked_name(const AdminRequest& asked, std::string_view name) {
  const auto account = asked.parameter("account");
  const auto region = asked.parameter("region");
  return {region.empty() ? asked.settings.region : std::string(region),
          account.empty() ? asked.settings.account : std::string(account), std::string(name)};
}

std::string to_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "-";
  // Ages and rates: nobody reads more than thousandths.
  if (value.is_number_float()) return Json(std::round(value.get<double>() * 1000) / 1000).dump();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_cell(const Json& value) {
  auto text = to_text(value);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  if (count_characters(text) <= kCellMax) return text;
  std::size_t end = kCellMax - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string to_rows(const Json& list) {
  std::vector<std::string> names;
  std::vector<std::size_t> widths;
  std::vector<std::vector<std::string>> rows;
  // The ARN and the URL say again what stands beside them, at length.
  for (const auto& [name, value] : list.front().items()) {
    if (name != "arn" && name != "url") names.push_back(name);
  }
  rows.push_back(names);
  for (const auto& item : list) {
    auto& row = rows.emplace_back();
    for (const auto& name : names) row.push_back(to_cell(item.value(name, Json())));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::size_t width = 0;
    for (const auto& row : rows) width = std::max(width, count_characters(row[i]));
    widths.push_back(width);
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] + 2 - count_characters(row[i]), ' ');
    }
    text += '\n';
  }
  return text;
}

}  // namespace

std::string_view AdminRequest::parameter(std::string_view name) const {
  const auto* value = request.parameters.find(name);
  return value ? std::string_view(*value) : std::string_view();
}

std::vector<InitProgress> AdminRequest::init_scripts() const {
  std::vector<InitProgress> scripts;
  for (std::size_t i = 0; i < site.init_states_.size(); ++i) {
    scripts.push_back({settings.init_scripts[i], site.init_states_[i]});
  }
  return scripts;
}

Milliseconds AdminRequest::advance_clock(Milliseconds by) const {
  if (by > Milliseconds(0)) {
    settings.advance_clock(by);
    Milliseconds advanced = site.advanced_;
    while (!site.advanced_.compare_exchange_weak(advanced, advanced + by)) {
    }
  }
  return site.advanced_;
}

std::optional<Milliseconds> parse_duration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits = {
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  constexpr std::int64_t kMax = 10LL * 366 * 86'400'000;
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_integer(text.substr(0, digits));
  for (const auto& [unit, milliseconds] : kUnits) {
    if (unit != text.substr(digits) || !number || *number > kMax / milliseconds) continue;
    return Milliseconds(*number * milliseconds);
  }
  return std::nullopt;
}

std::string AdminRequest::queue_url(const ResourceName& name) const {
  const std::string& base = settings.base_url.empty() ? request.endpoint : settings.base_url;
  return base + "/" + name.account + "/" + name.name;
}

SiteReply reply(const Json& json, unsigned status) {
  SiteReply reply;
  reply.status = status;
  reply.body = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return reply;
}

SiteReply refuse(unsigned status, std::string_view message) {
  return reply({{"message", message}}, status);
}

std::string to_table(const Json& json) {
  std::string lines;
  std::string table;
  for (const auto& [name, value] : json.items()) {
    const bool is_list = value.is_array() && !value.empty() && value.front().is_object();
    if (is_list) {
      table += to_rows(value);
    } else if (!value.is_array() || !value.empty()) {
      lines += name + ": " + to_cell(value) + "\n";
    }
  }
  return table.empty() ? lines : table;
}

std::optional<Page> read_page(const AdminRequest& asked) {
  Page page;
  if (const auto limit = asked.parameter("limit"); !limit.empty()) {
    const auto count = parse_integer(limit);
    if (!count || *count < 1 || *count > kPageMax) return std::nullopt;
    page.count = static_cast<std::size_t>(*count);
  }
  if (const auto after = asked.parameter("after"); !after.empty()) {
    const auto first = parse_integer(after);
    if (!first || *first < 0) return std::nullopt;
    page.first = static_cast<std::size_t>(*first);
  }
  return page;
}

std::shared_ptr<engine::Queue> find_queue(const AdminRequest& asked, std::string_view name) {
  if (auto queue = asked.broker.find_queue(asked_name(asked, name))) return queue;
  return only_one_named(asked, name, asked.broker.all_queues());
}

std::shared_ptr<engine::Topic> find_topic(const AdminRequest& asked, std::string_view name) {
  if (auto topic = asked.broker.topics().find(asked_name(asked, name))) return topic;
  return only_one_named(asked, name, asked.broker.topics().all());
}

std::vector<std::shared_ptr<engine::Queue>> find_queues(const AdminRequest& asked) {
  return select(asked, asked.broker.all_queues());
}

std::vector<std::shared_ptr<engine::Topic>> find_topics(const AdminRequest& asked) {
  return select(asked, asked.broker.topics().all());
}

Json to_json(TimePoint time) {
  return time == TimePoint() ? Json() : Json(to_iso_time(time));
}

Json to_json(const engine::ClientPtr& client) {
  if (!client) return {};
  return {{"account", client->account},
          {"accessKey", client->access_key},
          {"address", client->address}};
}

Json to_json(const MessageAttributes& attributes) {
  Json json = Json::object();
  for (const auto& [name, attribute] : attributes) {
    json[name] = {
        {"type", attribute.type},
        {"value", attribute.is_binary() ? base64_encode(attribute.value) : attribute.value}};
  }
  return json;
}

}  // namespace squire::admin
