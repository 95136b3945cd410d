#include "squire/wire/required.hpp"

#include <gtest/gtest.h>

#include "squire/wire/json.hpp"
#include "squire/wire/query.hpp"
#include "unit/wire/sample.hpp"

namespace squire::test {
namespace {

// The parameter that is said to be missing.
std::string missing(const Demanding& request) {
  const auto result = wire::check_required(request);
  if (result.has_value()) return "none";
  EXPECT_EQ(result.error().code, errors::kMissingParameter);
  constexpr std::string_view kBefore = "The request must contain the parameter ";
  const std::string& text = result.error().message;
  EXPECT_TRUE(text.starts_with(kBefore) && text.ends_with('.')) << text;
  return text.substr(kBefore.size(), text.size() - kBefore.size() - 1);
}

const Demanding kComplete{"u", {"n"}, {{"k", "v"}}, {{"a", 1}, {"b", 0}}};

TEST(RequiredTest, ACompleteRequestPasses) {
  EXPECT_EQ(missing(kComplete), "none");
}

TEST(RequiredTest, TheFirstMissingFieldIsNamed) {
  auto request = kComplete;
  request.tags.clear();
  EXPECT_EQ(missing(request), "Tag");
  request.names.clear();
  EXPECT_EQ(missing(request), "Name");
  request.url.clear();
  EXPECT_EQ(missing(request), "Url");
}

TEST(RequiredTest, MembersOfListEntriesAreNamedWithTheirPlace) {
  auto request = kComplete;
  request.entries[1].count.reset();
  EXPECT_EQ(missing(request), "Entry.2.Count");
  request.entries[0].id.clear();
  EXPECT_EQ(missing(request), "Entry.1.Id");
}

TEST(RequiredTest, ZeroIsNotMissing) {
  auto request = kComplete;
  request.entries[0].count = 0;
  EXPECT_EQ(missing(request), "none");
}

TEST(RequiredTest, BothProtocolsCheckIt) {
  EXPECT_EQ(wire::decode_json<Demanding>("").error(), Error::missing_parameter("Url"));
  EXPECT_EQ(wire::decode_json<Demanding>(R"({"Url":"u","Names":[]})").error(),
            Error::missing_parameter("Name"));
  wire::Form form;
  form.add("Url", "u");
  form.add("Name.1", "n");
  EXPECT_EQ(wire::decode_query<Demanding>(form).error(), Error::missing_parameter("Tag"));
}

TEST(RequiredTest, WhatCannotBeReadIsToldBeforeWhatIsMissing) {
  EXPECT_EQ(wire::decode_json<Demanding>(R"({"Names":1})").error().code, errors::kSerialization);
}

}  // namespace
}  // namespace squire::test
