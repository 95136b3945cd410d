"""The init directory: what its files may do, when, and what happens if they cannot."""

import json
import os
import shutil
import signal
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from support import DaemonTest, until


class InitTest(DaemonTest):
    def setUp(self):
        super().setUp()
        self.init = self.directory / "init.d"
        self.init.mkdir()
        self.marks = self.directory / "marks"

    def write(self, name, content):
        path = self.init / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def queue(self, file, name, **more):
        return self.write(file, {"queues": [{"name": name, **more}]})

    def launch(self, *flags, **options):
        return super().launch("--init-dir", self.init, *flags, **options)

    def health(self, daemon):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}/_squire/health") as reply:
                return reply.status, json.load(reply)["status"]
        except urllib.error.HTTPError as reply:
            return reply.code, json.load(reply)["status"]

    def wait_until_ready(self, daemon):
        self.assertTrue(until(lambda: self.health(daemon) == (200, "ready")), daemon.log())

    def marked(self):
        return self.marks.read_text().split() if self.marks.exists() else []

    def queues(self, daemon):
        urls = self.client(daemon).call("ListQueues").get("QueueUrls", [])
        return sorted(url.rsplit("/")[-1] for url in urls)


class DeclarationsTest(InitTest):
    def test_queues_and_topics_exist_before_the_first_request(self):
        self.write("10.json", {"queues": [{"name": "orders", "attributes": {"DelaySeconds": 7}}],
                               "topics": [{"name": "placed", "subscriptions": [{"queue": "orders"}]}]})
        daemon = self.start()
        self.assertEqual(self.health(daemon), (200, "ready"))
        self.assertEqual(self.client(daemon).attributes("orders")["DelaySeconds"], "7")

    def test_files_are_applied_in_the_order_of_their_names(self):
        self.queue("20-orders.json", "orders", dead_letter_queue="failed", max_receive_count=3)
        self.queue("10-failed.json", "failed")
        self.assertEqual(self.queues(self.start()), ["failed", "orders"])

    def test_a_file_cannot_use_what_a_later_one_declares(self):
        early = self.queue("10-orders.json", "orders", dead_letter_queue="failed",
                           max_receive_count=3)
        self.queue("20-failed.json", "failed")
        self.assert_refuses_to_start(self.launch(), early, "orders")

    def test_comments_are_allowed(self):
        self.write("a.json", '// ours\n{"queues": [{"name": "q"}] /* one */}')
        self.assertEqual(self.queues(self.start()), ["q"])

    def test_they_add_to_the_settings_file(self):
        self.queue("a.json", "more")
        path = self.directory / "squire.json"
        path.write_text('{"queues": [{"name": "first"}]}')
        self.assertEqual(self.queues(self.start("--config", path)), ["first", "more"])

    def test_a_setting_cannot_stand_there(self):
        path = self.write("a.json", {"port": 1})
        self.assert_refuses_to_start(self.launch(), path, '"port"', "queues and topics")

    def test_a_wrong_key_is_named_with_its_file_and_place(self):
        path = self.write("a.json", {"queues": [{"name": "q", "colour": "red"}]})
        self.assert_refuses_to_start(self.launch(), path, "queues[0].colour")

    def test_a_queue_that_cannot_be_is_named_with_its_file(self):
        path = self.queue("a.json", "q", attributes={"DelaySeconds": 901})
        self.assert_refuses_to_start(self.launch(), path, '"q"', "DelaySeconds")

    def test_a_broken_file_is_named(self):
        path = self.write("a.json", "{")
        self.assert_refuses_to_start(self.launch(), path)

    def test_an_absent_directory_is_no_error(self):
        self.init.rmdir()
        self.assertEqual(self.health(self.start()), (200, "ready"))

    def test_a_file_is_no_directory(self):
        self.init.rmdir()
        self.init.write_text("")
        self.assert_refuses_to_start(self.launch(), self.init)

    def test_other_files_are_passed_over(self):
        self.write("README.md", "{")
        self.write(".hidden.json", "{")
        daemon = self.start()
        self.assertIn("README.md", daemon.log())
        self.assertNotIn("hidden", daemon.log())


class ScriptsTest(InitTest):
    def test_scripts_run_once_a_start_in_the_order_of_their_names(self):
        for name in ("20.sh", "10.sh", "30.sh"):
            self.write(name, f"echo {name} >>{self.marks}\n")
        daemon = self.start()
        self.wait_until_ready(daemon)
        self.assertEqual(self.marked(), ["10.sh", "20.sh", "30.sh"])
        self.assertEqual(daemon.stop(), 0)
        self.wait_until_ready(self.start())
        self.assertEqual(len(self.marked()), 6)

    def test_they_need_not_be_executable(self):
        self.write("a.sh", f"echo a >>{self.marks}\n").chmod(0o444)
        self.write("b.sh", f"#!/bin/sh\necho b >>{self.marks}\n").chmod(0o755)
        self.wait_until_ready(self.start())
        self.assertEqual(self.marked(), ["a", "b"])

    def test_they_are_run_by_their_first_line(self):
        say = f" >>{self.marks}\n"
        self.write("1.sh", f"#!/bin/bash\nwords=(one two); echo ${{words[1]}}{say}")
        self.write("2.sh", f"#!/usr/bin/env bash\n[[ a == a ]] && echo three{say}")
        self.write("3.sh", f"#!/usr/bin/env python3\nopen('{self.marks}', 'a').write('four ')\n")
        self.write("4.py", f"open('{self.marks}', 'a').write('five ')\n").chmod(0o444)
        self.write("5.sh", f"#!/bin/sh -e\necho ${{BASH_VERSION:-six}}{say}")
        daemon = self.start()
        self.wait_until_ready(daemon)
        self.assertEqual(self.marked(), ["two", "three", "four", "five", "six"])

    def test_an_interpreter_that_is_missing_is_said_before_anything_starts(self):
        script = self.write("a.sh", "#!/usr/bin/env no-such-shell\n")
        self.assert_refuses_to_start(self.launch(), f"{script} needs no-such-shell")
        script.write_text("#!/opt/nowhere/bash\n")
        self.assert_refuses_to_start(self.launch(), f"{script} needs /opt/nowhere/bash")

    def test_ready_is_said_when_they_have_run(self):
        self.write("a.sh", f"until [ -e {self.marks} ]; do sleep 0.02; done; echo done\n")
        for flags in ((), ("--log-level", "error"), ("--access-log", "json")):
            with self.subTest(flags):
                self.marks.unlink(missing_ok=True)
                daemon = self.launch(*flags) if flags[:1] == ("--log-level",) else self.start(*flags)
                self.assertFalse(until(lambda: "Ready." in daemon.log(), timeout=0.3))
                self.marks.touch()
                self.assertTrue(until(lambda: daemon.lines[-1:] and daemon.lines[-1].endswith("Ready.")),
                                daemon.log())
                self.assertEqual(daemon.stop(), 0)

    def test_what_is_declared_is_there_for_them(self):
        self.queue("z.json", "orders")
        self.write("a.sh", 'python3 -c "import os, urllib.request as r; print(r.urlopen('
                           "os.environ['AWS_ENDPOINT_URL'] + '/?Action=ListQueues').read())\"\n")
        daemon = self.start()
        self.wait_until_ready(daemon)
        self.assertIn("/orders</QueueUrl>", daemon.log())

    def test_the_broker_serves_but_is_not_ready_while_they_run(self):
        self.write("a.sh", f"until [ -e {self.marks} ]; do sleep 0.02; done\n")
        daemon = self.start()
        self.assertEqual(self.health(daemon), (503, "starting"))
        self.client(daemon).create("q")
        self.assertEqual(self.health(daemon), (503, "starting"))
        self.marks.touch()
        self.wait_until_ready(daemon)

    def test_their_environment_makes_sdks_talk_to_this_broker(self):
        self.write("a.sh", "env | sort\n")
        daemon = self.start("--region", "eu-west-3", "--account", "111122223333",
                            environment={"AWS_REGION": "moon-1", "COLOUR": "red"})
        self.wait_until_ready(daemon)
        for line in (f"AWS_ENDPOINT_URL=http://127.0.0.1:{daemon.port}", "AWS_REGION=eu-west-3",
                     "AWS_DEFAULT_REGION=eu-west-3", "AWS_ACCESS_KEY_ID=111122223333",
                     "AWS_SECRET_ACCESS_KEY=", "COLOUR=red"):
            self.assertIn(f"a.sh: {line}", daemon.log())
        self.assertNotIn("moon-1", daemon.log())

    def test_where_signatures_are_checked_they_have_a_key_of_their_own(self):
        self.write("a.sh", "python3 -c 'import boto3, os; print(boto3.client(\"sqs\", endpoint_url="
                           "os.environ[\"AWS_ENDPOINT_URL\"]).create_queue(QueueName=\"q\"))'\n")
        keys = self.directory / "keys.json"
        keys.write_text(json.dumps([{"access_key": "AKIAOTHER", "secret": "s",
                                     "account": "999988887777"}]))
        daemon = self.start("--auth", "sigv4", "--keys-file", keys,
                            environment={"AWS_SESSION_TOKEN": "of somebody else"})
        self.wait_until_ready(daemon)
        self.assertIn("/000000000000/q", daemon.log())

    def test_an_address_that_stands_for_all_is_loopback_for_them(self):
        self.write("a.sh", "echo $AWS_ENDPOINT_URL\n")
        daemon = self.start("--address", "0.0.0.0")
        self.wait_until_ready(daemon)
        self.assertIn(f"a.sh: http://127.0.0.1:{daemon.port}", daemon.log())

    def test_what_they_print_is_in_the_log_line_by_line(self):
        self.write("a.sh", "echo one; echo two >&2; printf three; printf '\\n'; printf four\n")
        daemon = self.start()
        self.wait_until_ready(daemon)
        said = [line.split("a.sh: ")[1] for line in daemon.lines if "a.sh: " in line]
        self.assertEqual(said, ["one", "two", "three", "four"])

    def test_a_long_line_is_cut(self):
        self.write("a.sh", "head -c 100000 /dev/zero | tr '\\0' x\n")
        daemon = self.start()
        self.wait_until_ready(daemon)
        said = [line.split("a.sh: ")[1] for line in daemon.lines if "a.sh: " in line]
        self.assertEqual("".join(said), "x" * 100000)
        self.assertLess(max(map(len, said)), 10000)

    def test_a_script_that_fails_stops_the_broker(self):
        failing = self.write("a.sh", "echo no such queue; exit 3\n")
        self.write("b.sh", f"touch {self.marks}\n")
        daemon = self.start()
        self.assertEqual(daemon.wait_for_exit(), 1, daemon.log())
        self.assertIn(f"{failing} ended with code 3", daemon.log())
        self.assertIn("a.sh: no such queue", daemon.log())
        self.assertFalse(self.marks.exists())

    def assert_fails(self, name, content, *words):
        failing = self.write(name, content)
        daemon = self.start()
        self.assertEqual(daemon.wait_for_exit(), 1, daemon.log())
        said = [line for line in daemon.lines if f"{failing} ended with code" in line]
        self.assertEqual(len(said), 1, daemon.log())
        for word in words:
            self.assertIn(word, said[0])
        failing.unlink()
        return daemon.log()

    def test_bash_tells_at_which_line_it_failed(self):
        cases = {
            "an exit": ("\necho\n\nexit 3\n", "code 3 at line 5: exit 3"),
            "the last command": ("echo\nfalse\n", "code 1 at line 3: false"),
            "set -e": ("set -eu\nx=1\ntest $x = 2\necho\n", "code 1 at line 4: test $x = 2"),
            "a pipe": ("set -o pipefail -e\nfalse | true\n", "code 1 at line 3"),
            "a function": ("set -e\nf() {\n  echo\n  test 1 = 2\n}\n\nf\n", "at line 5: test 1 = 2"),
            "twice the same": ("test 1 = 2\nset -e\ntest 1 = 2\n", "at line 4: test 1 = 2"),
            "a trap of its own": ("trap 'echo bye' EXIT\nset -e\ntest 1 = 2\n", "at line 4"),
            "after one that did no harm": ("false\necho\nexit 7\n", "code 7 at line 4: exit 7"),
        }
        for name, (content, words) in cases.items():
            with self.subTest(name):
                self.assert_fails("a.sh", "#!/usr/bin/env bash\n" + content, words)

    def test_python_tells_at_which_line_it_failed(self):
        log = self.assert_fails("a.py", "import os\n\nos.mkdir('/')\n", "code 1 at line 3")
        self.assertIn("FileExistsError", log)

    def test_sh_does_not_and_the_log_says_what_would(self):
        self.assert_fails("a.sh", "#!/bin/sh\nexit 4\n", "code 4", "#!/bin/bash")

    def test_telling_the_line_changes_nothing_for_a_script(self):
        content = ("#!/bin/bash\nls /nowhere 2>/dev/null; echo $_\nfalse | true | false\n"
                   "echo ${PIPESTATUS[@]}\necho $-\nset -x\nfalse\nset +x\n"
                   "env | grep -c '^BASH_ENV=\\|squire_'\n(exit 3)\necho $?\n")
        script = self.write("a.sh", content)
        daemon = self.start()
        self.wait_until_ready(daemon)
        plain = subprocess.run(["bash", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = [line.split("a.sh: ")[1] for line in daemon.lines if "a.sh: " in line]
        self.assertEqual(said, plain.stdout.splitlines())

    def test_what_bash_is_to_read_first_it_still_reads(self):
        start = self.directory / "start.bash"
        start.write_text(f"echo read >>{self.marks}\n")
        self.write("a.sh", "#!/bin/bash\ntrue\n")
        self.wait_until_ready(self.start(environment={"BASH_ENV": str(start)}))
        self.assertEqual(self.marked(), ["read"])

    def test_a_script_that_is_killed_has_failed(self):
        killed = self.write("a.sh", "kill -9 $$\n")
        daemon = self.start()
        self.assertEqual(daemon.wait_for_exit(), 1, daemon.log())
        self.assertIn(f"{killed} was killed", daemon.log())

    def test_a_stop_ends_the_script_that_runs_and_all_it_started(self):
        self.write("a.sh", f"trap '' TERM\nsleep 300 &\necho $! >{self.marks}\nwait\nsleep 300\n")
        self.write("b.sh", "echo never\n")
        daemon = self.start()
        sleeping = int(until(self.marked)[0])
        began = time.monotonic()
        self.assertEqual(daemon.stop(), 0, daemon.log())
        self.assertLess(time.monotonic() - began, 2)
        self.assertNotIn("never", daemon.log())
        self.assertTrue(until(lambda: not is_running(sleeping)))

    def test_a_script_may_leave_something_running_that_holds_its_output(self):
        self.write("a.sh", f"sleep 300 &\necho $! >{self.marks}\n")
        daemon = self.start()
        self.addCleanup(lambda: os.kill(int(self.marked()[0]), signal.SIGKILL))
        self.wait_until_ready(daemon)

    def test_a_script_may_close_its_output_and_go_on(self):
        self.write("a.sh", f"exec >&- 2>&-\nsleep 0.2\ntouch {self.marks}\n")
        daemon = self.start()
        self.wait_until_ready(daemon)
        self.assertTrue(self.marks.exists())

    def test_signals_mean_to_a_script_what_they_always_do(self):
        self.write("a.sh", "yes | head -n 1\nsh -c 'kill -TERM $$' || echo died of it\n")
        daemon = self.start()
        self.wait_until_ready(daemon)
        self.assertIn("a.sh: died of it", daemon.log())
        self.assertNotIn("Broken pipe", daemon.log())


class CommandsTest(InitTest):
    """An AWS CLI of any version finds the broker."""

    def setUp(self):
        super().setUp()
        self.bin, self.temporary = self.directory / "bin", self.directory / "tmp"
        self.bin.mkdir()
        self.temporary.mkdir()

    def install(self, name):
        command = self.bin / name
        command.write_text(f'#!/bin/sh\necho "{name} $*" >>{self.marks}\n')
        command.chmod(0o755)

    def environment(self, path=None):
        return {"PATH": f"{self.bin}:{path or '/usr/bin:/bin'}", "TMPDIR": str(self.temporary)}

    def start_ready(self):
        daemon = self.start(environment=self.environment())
        self.wait_until_ready(daemon)
        return daemon

    def lines(self):
        return self.marks.read_text().splitlines()

    def test_it_is_told_by_a_flag(self):
        self.install("aws")
        self.write("a.sh", "aws sqs list-queues\nawslocal sns list-topics 'a b'\n"
                           "AWS_ENDPOINT_URL= aws sts\naws --endpoint-url http://other sts\n")
        daemon = self.start_ready()
        flag = f"aws --endpoint-url http://127.0.0.1:{daemon.port}"
        self.assertEqual(self.lines(), [f"{flag} sqs list-queues", f"{flag} sns list-topics a b", "aws sts",
                                        f"{flag} --endpoint-url http://other sts"])

    def test_awslocal_is_the_users_own_where_there_is_one(self):
        self.install("aws")
        self.install("awslocal")
        self.write("a.sh", "awslocal sqs list-queues\n")
        self.start_ready()
        self.assertEqual(self.lines(), ["awslocal sqs list-queues"])

    def test_where_there_is_none_none_is_made(self):
        self.write("a.sh", f"#!/bin/bash\ncommand -v awslocal >{self.marks} || echo none >{self.marks}\n")
        if shutil.which("awslocal", path="/usr/bin:/bin") or shutil.which("aws", path="/usr/bin:/bin"):
            self.skipTest("an AWS CLI is installed")
        self.start_ready()
        self.assertEqual(self.lines(), ["none"])

    def test_what_is_made_goes_in_the_end(self):
        self.install("aws")
        self.write("a.sh", "#!/bin/bash\ntrue\n")
        daemon = self.start_ready()
        made = list(self.temporary.iterdir())
        self.assertEqual(len(made), 1)
        self.assertEqual(made[0].stat().st_mode & 0o777, 0o700)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_what_a_crash_leaves_goes_at_the_next_start(self):
        self.write("a.sh", "true\n")
        self.start_ready().kill()
        self.assertEqual(len(list(self.temporary.iterdir())), 1)
        other = self.start_ready()
        self.assertEqual(len(list(self.temporary.iterdir())), 1)
        self.assertEqual(other.stop(), 0)
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_nothing_is_made_where_no_script_runs(self):
        self.install("aws")
        self.queue("a.json", "orders")
        self.start_ready()
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_scripts_run_also_where_nothing_can_be_made(self):
        self.install("aws")
        self.write("a.sh", "#!/bin/bash\naws sqs\n")
        self.temporary = "/proc"
        daemon = self.start_ready()
        self.assertEqual(self.lines(), ["aws sqs"])
        self.assertIn("AWS_ENDPOINT_URL", daemon.log())


def is_running(process):
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    unittest.main()
