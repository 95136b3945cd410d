#include "provision/interpreter.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "squire/provision/error.hpp"
#include "support/temporary_directory.hpp"

namespace squire::test {
namespace {

using provision::ProvisionError;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

class InterpreterTest : public testing::Test {
 protected:
  std::vector<std::string> of(const std::string& content, const std::string& name = "a.sh") {
    const auto path = directory.path() / name;
    std::ofstream(path) << content;
    return provision::find_interpreter(path);
  }

  std::string error_of(const std::string& content) {
    try {
      of(content);
      return "no error";
    } catch (const ProvisionError& error) {
      return error.what();
    }
  }

  TemporaryDirectory directory;
};

TEST_F(InterpreterTest, IsWhatTheFirstLineSays) {
  EXPECT_THAT(of("#!/bin/sh\necho\n"), ElementsAre("/bin/sh"));
  EXPECT_THAT(of("#! /bin/sh -e \n"), ElementsAre("/bin/sh", "-e"));
  EXPECT_THAT(of("#!/bin/sh -e -u\r\n"), ElementsAre("/bin/sh", "-e -u"));
  EXPECT_THAT(of("#!/bin/sh", "a.py"), ElementsAre("/bin/sh"));
}

TEST_F(InterpreterTest, IsFoundInThePathBehindEnv) {
  EXPECT_THAT(of("#!/usr/bin/env sh\n"), ElementsAre(EndsWith("/sh")));
  EXPECT_THAT(of("#!/usr/bin/env -S sh -e\n"), ElementsAre(EndsWith("/sh"), "-e"));
  EXPECT_THAT(of("#!/usr/bin/env A=b sh\n"), ElementsAre("/usr/bin/env", "A=b sh"));
}

TEST_F(InterpreterTest, IsByTheNameWithoutAFirstLine) {
  EXPECT_THAT(of("echo\n"), ElementsAre("/bin/sh"));
  EXPECT_THAT(of(""), ElementsAre("/bin/sh"));
  if (!provision::find_command("python3")) GTEST_SKIP() << "there is no python3";
  EXPECT_THAT(of("print()\n", "a.py"), ElementsAre(EndsWith("/python3")));
}

TEST_F(InterpreterTest, ThatIsMissingIsSaid) {
  const auto script = (directory.path() / "a.sh").string();
  EXPECT_THAT(error_of("#!/nowhere/bash\n"),
              AllOf(HasSubstr(script + " needs /nowhere/bash"), HasSubstr("*.json")));
  EXPECT_THAT(error_of("#!/usr/bin/env no-such-shell\n"), HasSubstr("needs no-such-shell"));
  EXPECT_THAT(error_of("#!\n"), HasSubstr("needs "));
}

TEST_F(InterpreterTest, AScriptThatIsNotThereCannotBeRead) {
  try {
    provision::find_interpreter(directory.path() / "none.sh");
    FAIL() << "no error";
  } catch (const ProvisionError& error) {
    EXPECT_THAT(error.what(), HasSubstr("none.sh cannot be read"));
  }
}

TEST_F(InterpreterTest, CommandsAreFoundInThePath) {
  EXPECT_TRUE(provision::find_command("sh"));
  EXPECT_FALSE(provision::find_command("no-such-command"));
  EXPECT_FALSE(provision::find_command(""));
  EXPECT_FALSE(provision::find_command(directory.path().string())) << "a directory is no command";
}

}  // namespace
}  // namespace squire::test
