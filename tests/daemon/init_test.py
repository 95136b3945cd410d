"""The init directory: what its files may do, when, and what happens if they cannot."""

import json
import os
import signal
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


def is_running(process):
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    unittest.main()
