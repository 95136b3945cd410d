#pragma once

#include <string>
#include <vector>

#include "access/condition.hpp"
#include "access/pattern.hpp"
#include "squire/access/policy.hpp"

namespace squire::access {

// Whom a statement of a resource's policy is about.
struct PrincipalList {
  // How a principal is named: through his account, which passes the permission on to whom its own
  // policies name, or by himself.
  enum class Match { None, Account, Direct };

  bool has_everyone = false;
  std::vector<std::string> accounts;
  std::vector<std::string> arns;
  std::vector<std::string> services;

  Match match(const Principal& principal) const;
  // NotPrincipal excepts a user only if his account is listed as well.
  bool excepts(const Principal& principal) const;
};

struct Statement {
  bool is_allow = false;
  std::string label;  // for people: 2 ("Sid"), or 2
  bool is_not_principal = false;
  PrincipalList principals;  // resource policies
  bool is_not_action = false;
  std::vector<Pattern> actions;
  bool is_not_resource = false;
  std::vector<Pattern> resources;
  std::vector<Condition> conditions;

  // Whether action, resource and conditions are the request's.
  bool is_about(const AccessRequest& request) const;
  PrincipalList::Match match(const Principal& principal) const;
};

}  // namespace squire::access
