#pragma once

#include <cstddef>
#include <string>

#include "squire/service/access_control.hpp"
#include "squire/service/browser_guard.hpp"
#include "squire/service/faults.hpp"

namespace squire::service {

struct DispatcherSettings {
  std::string account = "000000000000";
  std::string region = "us-east-1";
  std::string base_url;  // of queue URLs; empty: the scheme and the Host of the request
  std::size_t journal_backlog_max = 1'000'000;  // records; above it, requests get 503
  // Outlives the dispatcher; null: everybody is who he says he is, and may do everything.
  const AccessControl* access = nullptr;
  Faults* faults = nullptr;        // null: nothing goes wrong on purpose; outlives the dispatcher
  bool has_admin_address = false;  // the site is shown there and nothing else, and only there
  BrowserGuard guard;
};

}  // namespace squire::service
