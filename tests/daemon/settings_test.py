"""Settings: where they come from, which one wins, and what is said about wrong ones."""

import json
import re
import subprocess
import unittest

from support import BINARY, ROOT, DaemonTest, Refused, until

SHIPPED = ROOT / "config" / "squire.json"

COMMENTED = """// Settings of a test.
{
  // where
  "port": 0,
  /* who */ "account": "111122223333",
  "region": "eu-west-3"
}
"""


class SettingsTest(DaemonTest):
    def write(self, content):
        path = self.directory / "squire.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def arn(self, daemon):
        client = self.client(daemon)
        return client.attributes(client.create("q"))["QueueArn"]

    def start_with(self, content, *flags, **options):
        return self.start("--config", self.write(content), *flags, **options)

    def refuse(self, content, *words):
        path = self.write(content)
        return self.assert_refuses_to_start(self.launch("--config", path), path, *words)

    def run_once(self, *flags):
        return subprocess.run([BINARY, *flags], capture_output=True, text=True, timeout=10,
                              env={}, cwd=self.directory)

    # Where settings come from.

    def test_a_file_may_have_comments(self):
        self.assertEqual(self.arn(self.start_with(COMMENTED)), "arn:aws:sqs:eu-west-3:111122223333:q")

    def test_the_environment_beats_the_file(self):
        daemon = self.start_with(COMMENTED, environment={"SQUIRE_REGION": "eu-north-1"})
        self.assertEqual(self.arn(daemon), "arn:aws:sqs:eu-north-1:111122223333:q")

    def test_a_flag_beats_the_environment_and_the_file(self):
        daemon = self.start_with(COMMENTED, "--region", "ap-south-1",
                                 environment={"SQUIRE_REGION": "eu-north-1"})
        self.assertEqual(self.arn(daemon), "arn:aws:sqs:ap-south-1:111122223333:q")

    def test_the_environment_may_name_the_file(self):
        daemon = self.start(environment={"SQUIRE_CONFIG": str(self.write(COMMENTED))})
        self.assertEqual(self.arn(daemon), "arn:aws:sqs:eu-west-3:111122223333:q")

    def test_without_any_settings_the_defaults_hold(self):
        self.assertEqual(self.arn(self.start()), "arn:aws:sqs:us-east-1:000000000000:q")

    def test_the_base_url_begins_queue_urls(self):
        client = self.client(self.start("--base-url", "http://broker.test:99"))
        self.assertEqual(client.create("q"), "http://broker.test:99/000000000000/q")

    def test_a_base_url_may_end_in_a_slash(self):
        client = self.client(self.start("--base-url", "http://broker.test:99/"))
        self.assertEqual(client.create("q"), "http://broker.test:99/000000000000/q")

    @unittest.skipUnless(SHIPPED.exists(), "the tree has no config/squire.json")
    def test_the_shipped_file_is_accepted(self):
        self.start("--config", SHIPPED)

    # What is said about wrong ones.

    def test_an_unknown_key_is_named_with_its_file(self):
        self.refuse({"prot": 1}, "prot")

    def test_a_number_out_of_range_is_named_with_its_file(self):
        for value in (-1, 65536, 1e99, "many", 1.5):
            with self.subTest(value=value):
                self.refuse({"port": value}, "port")

    def test_a_choice_that_is_none_is_named_with_the_choices(self):
        self.refuse({"durability": "some"}, "durability", "full", "relaxed", "memory")

    def test_an_account_has_twelve_digits(self):
        self.refuse({"account": "12345"}, "account", "12 digits")

    def test_a_region_that_cannot_stand_in_an_arn_is_refused(self):
        self.refuse({"region": "no region: at all"}, "region")

    def test_a_switch_is_true_or_false(self):
        self.refuse({"strict": "perhaps"}, "strict")

    def test_a_setting_is_a_single_value(self):
        for value in ([], {}, None):
            with self.subTest(value=value):
                self.refuse({"port": value}, "port")

    def test_a_broken_file_is_named(self):
        self.refuse('{"port": ')

    def test_a_file_that_is_no_object_is_named(self):
        self.refuse("[1, 2]")

    def test_a_missing_file_is_named(self):
        path = self.directory / "nowhere.json"
        self.assert_refuses_to_start(self.launch("--config", path), path)

    def test_a_directory_is_no_file(self):
        self.assert_refuses_to_start(self.launch("--config", self.directory), self.directory)

    def test_a_wrong_value_in_the_environment_is_named(self):
        daemon = self.launch(environment={"SQUIRE_THREADS": "plenty"})
        self.assert_refuses_to_start(daemon, "environment", "threads", "plenty")

    def test_an_unknown_variable_is_named(self):
        daemon = self.launch(environment={"SQUIRE_TREADS": "2"})
        self.assert_refuses_to_start(daemon, "environment", "SQUIRE_TREADS")

    def test_a_wrong_value_of_a_flag_is_named(self):
        self.assert_refuses_to_start(self.launch("--threads", "plenty"), "threads", "plenty")

    def test_an_unknown_flag_is_named(self):
        self.assert_refuses_to_start(self.launch("--treads", "2"), "--treads")

    def test_an_address_that_is_none_is_named(self):
        self.assert_refuses_to_start(self.launch("--address", "nowhere"), "nowhere")

    def test_a_line_of_the_file_is_named(self):
        self.refuse('{\n  "region": "eu-west-3",\n  "port": -1\n}', "squire.json:3")

    def test_everything_that_is_wrong_is_said_at_once(self):
        path = self.write('{\n  "durability": "some"\n}')
        done = self.run_once("--config", path, "--port", "many", "--extra-ports", "9324,x")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr.splitlines(), [
            f'squire: {path}:2: "durability" must be one of full, relaxed, memory, not "some"',
            'squire: flag --port: "port" must be a whole number, 0 to 65535, not "many"',
            'squire: flag --extra-ports: "extra_ports" must be ports, 1 to 65535, with commas between, '
            'such as 9324,4100, not "x"'])

    def test_help_goes_to_standard_output(self):
        done = self.run_once("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for flag in ("--port", "--data-dir", "--durability", "--config", "--version"):
            self.assertIn(flag, done.stdout)

    @unittest.skipUnless(SHIPPED.exists(), "the tree has no config/squire.json")
    def test_help_names_the_same_settings_as_the_shipped_file(self):
        keys = set(re.findall(r'^  "(\w+)":', SHIPPED.read_text(), re.M))
        keys -= {"functions", "keys", "queues", "topics"}
        flags = set(re.findall(r"^  --([a-z-]+)", self.run_once("--help").stdout, re.M))
        self.assertEqual({key.replace("_", "-") for key in keys}, flags - {"config", "healthcheck", "salvage", "compact", "version"})

    def test_version_is_one_line(self):
        done = self.run_once("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"\Asquire \d+\.\d+\.\d+\n\Z")

    # Declared queues.

    DECLARED = {
        "queues": [
            {"name": "orders", "attributes": {"VisibilityTimeout": 45, "DelaySeconds": "0"},
             "tags": {"team": "blue"}, "dead_letter_queue": "graves", "max_receive_count": 3},
            {"name": "graves"},
            {"name": "steps.fifo", "attributes": {"ContentBasedDeduplication": True}},
        ]
    }

    def test_declared_queues_exist_with_all_they_were_given(self):
        client = self.client(self.start_with(self.DECLARED))
        urls = client.call("ListQueues")["QueueUrls"]
        self.assertEqual([url.rsplit("/")[-1] for url in urls], ["graves", "orders", "steps.fifo"])
        orders = client.attributes("orders")
        self.assertEqual(orders["VisibilityTimeout"], "45")
        redrive = json.loads(orders["RedrivePolicy"])
        self.assertEqual(redrive["deadLetterTargetArn"], "arn:aws:sqs:us-east-1:000000000000:graves")
        self.assertEqual(int(redrive["maxReceiveCount"]), 3)
        self.assertEqual(client.call("ListQueueTags", QueueUrl="orders")["Tags"], {"team": "blue"})
        steps = client.attributes("steps.fifo")
        self.assertEqual((steps["FifoQueue"], steps["ContentBasedDeduplication"]), ("true", "true"))

    def test_declaring_again_keeps_the_messages(self):
        daemon = self.start_with(self.DECLARED)
        self.client(daemon).call("SendMessage", QueueUrl="orders", MessageBody="kept")
        self.assertEqual(daemon.stop(), 0)
        client = self.client(self.start_with(self.DECLARED))
        self.assertEqual(client.bodies("orders"), ["kept"])

    def test_a_changed_declaration_changes_the_queue(self):
        self.assertEqual(self.start_with(self.DECLARED).stop(), 0)
        changed = {"queues": [{"name": "orders", "attributes": {"VisibilityTimeout": 50},
                               "tags": {"floor": "2"}}]}
        client = self.client(self.start_with(changed))
        self.assertEqual(client.attributes("orders")["VisibilityTimeout"], "50")
        self.assertEqual(client.call("ListQueueTags", QueueUrl="orders")["Tags"]["floor"], "2")

    def test_changed_tags_alone_change_the_queue(self):
        self.assertEqual(self.start_with({"queues": [{"name": "q", "tags": {"a": "1"}}]}).stop(), 0)
        client = self.client(self.start_with({"queues": [{"name": "q", "tags": {"a": "2"}}]}))
        self.assertEqual(client.call("ListQueueTags", QueueUrl="q")["Tags"], {"a": "2"})

    def test_a_queue_that_is_no_longer_declared_stays(self):
        self.assertEqual(self.start_with(self.DECLARED).stop(), 0)
        client = self.client(self.start_with({"queues": []}))
        self.assertEqual(len(client.call("ListQueues")["QueueUrls"]), 3)

    def test_a_declared_queue_and_its_messages_survive_a_crash(self):
        daemon = self.start_with(self.DECLARED)
        self.client(daemon).call("SendMessage", QueueUrl="orders", MessageBody="kept")
        daemon.kill()
        self.assertEqual(self.client(self.start()).bodies("orders"), ["kept"])

    def test_a_queue_that_cannot_be_declared_is_named(self):
        cases = {
            "lost": {"name": "lost", "dead_letter_queue": "nowhere", "max_receive_count": 1},
            "slow": {"name": "slow", "attributes": {"DelaySeconds": 901}},
            "no name!": {"name": "no name!"},
            "odd": {"name": "odd", "attributes": {"Colour": "red"}},
        }
        for name, queue in cases.items():
            with self.subTest(name=name):
                path = self.write({"queues": [queue]})
                self.assert_refuses_to_start(self.launch("--config", path), name)

    def test_a_declaration_with_a_wrong_key_is_named_with_its_place(self):
        self.refuse({"queues": [{"name": "a"}, {"name": "b", "colour": "red"}]}, "queues[1].colour")
        self.refuse({"queues": [{"tags": {}}]}, "queues[0]", "name")
        self.refuse({"queues": [{"name": "a", "dead_letter_queue": "b"}]}, "max_receive_count")
        self.refuse({"queues": {}}, "queues")

    # Strictness.

    def test_by_default_a_queue_can_be_purged_and_made_again_at_once(self):
        client = self.client(self.start())
        queue = client.create("q")
        client.call("PurgeQueue", QueueUrl=queue)
        client.call("PurgeQueue", QueueUrl=queue)
        client.call("DeleteQueue", QueueUrl=queue)
        client.create("q")

    def test_a_strict_daemon_makes_a_second_purge_wait(self):
        client = self.client(self.start("--strict", "true"))
        queue = client.create("q")
        client.call("PurgeQueue", QueueUrl=queue)
        with self.refused("AWS.SimpleQueueService.PurgeQueueInProgress", 403):
            client.call("PurgeQueue", QueueUrl=queue)

    def test_a_strict_daemon_makes_a_deleted_queues_name_wait(self):
        client = self.client(self.start("--strict", "true"))
        client.call("DeleteQueue", QueueUrl=client.create("q"))
        with self.refused("AWS.SimpleQueueService.QueueDeletedRecently", 400):
            client.create("q")

    def test_a_strict_daemons_intervals_can_be_set(self):
        client = self.client(self.start("--strict", "true", "--purge-interval-seconds", 1,
                                        "--recreate-delay-seconds", 1))
        queue = client.create("q")
        client.call("PurgeQueue", QueueUrl=queue)

        def can(action):
            try:
                action()
                return True
            except Refused:
                return False

        self.assertTrue(until(lambda: can(lambda: client.call("PurgeQueue", QueueUrl=queue))))
        client.call("DeleteQueue", QueueUrl=queue)
        self.assertTrue(until(lambda: can(lambda: client.create("q"))))

    def test_the_limit_of_messages_in_flight_can_be_set(self):
        client = self.client(self.start("--in-flight-max", 2))
        queue = client.create("q")
        for _ in range(3):
            client.call("SendMessage", QueueUrl=queue, MessageBody="m")
        self.assertEqual(len(client.receive(queue)), 2)
        with self.refused("OverLimit", 403):
            client.receive(queue)


if __name__ == "__main__":
    unittest.main()
