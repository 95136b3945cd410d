"""The image with a shell in LocalStack's place: compose files as people have them, but for its name.

Their networks and ports are real ones; whoever asks from here is outside.
"""

import json
import pathlib
import re
import shutil
import tempfile
import unittest
import urllib.request

from support import ENDPOINT, WITH_SHELL, Container, Project, connect, podman, until

COMPOSE = pathlib.Path(__file__).resolve().parent / "compose"


class LocalStackTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="squire-localstack-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.directory.chmod(0o755)

    def wait_until_healthy(self, container):
        self.assertTrue(until(lambda: container.healthcheck() == "healthy", timeout=30), container.log())

    def bodies(self, sqs, queue):
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2)
        return [message["Body"] for message in got.get("Messages", [])]


class ComposeTest(LocalStackTest):
    def up(self, name, environment=None):
        project = Project(COMPOSE / name, self.directory / name, environment)
        self.addCleanup(project.down)
        return project.up()

    def test_a_health_check_that_lists_queues(self):
        socket = self.directory / "docker.sock"
        socket.touch()
        container = self.up("list-queues", {"DOCKER_SOCK": str(socket), "DEBUG": "1"})
        self.wait_until_healthy(container)
        queue = connect("sqs").create_queue(QueueName="orders")["QueueUrl"]
        self.assertEqual(json.loads(container.execute("awslocal", "sqs", "list-queues"))["QueueUrls"],
                         [queue])
        self.assertEqual(container.stop()[1], 0, container.log())

    def test_variables_that_change_nothing_are_told_once(self):
        container = self.up("list-queues", {"DOCKER_SOCK": "/dev/null"})
        self.wait_until_healthy(container)
        for name in ("PERSISTENCE", "EAGER_SERVICE_LOADING", "DOCKER_HOST"):
            told = [line for line in container.log().splitlines() if re.search(rf"\b{name}\b", line)]
            self.assertEqual(len(told), 1, f"{name}: {told}")

    def test_a_health_check_that_reads_the_page_of_health(self):
        container = self.up("health")
        self.wait_until_healthy(container)
        page = container.execute("curl", "-s", "http://localhost:4566/_localstack/health")
        self.assertRegex(page, r'"sqs": "(available|running)"')
        self.assertTrue(connect("sns").create_topic(Name="placed")["TopicArn"])
        self.assertEqual(connect("sts").get_caller_identity()["Account"], "000000000000")

    def test_a_health_check_that_waits_for_the_scripts(self):
        container = self.up("init-ready")
        sqs = connect("sqs")
        self.assertTrue(until(lambda: self.answers(sqs)), container.log())
        self.assertEqual(container.healthcheck(), "starting")
        with urllib.request.urlopen(ENDPOINT + "/_localstack/init/ready") as reply:
            self.assertFalse(json.load(reply)["completed"])
        sqs.create_queue(QueueName="go-on")
        self.wait_until_healthy(container)
        self.assertTrue(sqs.get_queue_url(QueueName="jobs"))
        with urllib.request.urlopen(ENDPOINT + "/_localstack/init/ready") as reply:
            self.assertEqual(json.load(reply)["scripts"], [
                {"stage": "READY", "name": "create-queues.sh", "state": "SUCCESSFUL"}])

    def answers(self, sqs):
        try:
            return sqs.list_queues()
        except OSError:
            return None
        except Exception as failure:
            return None if "connect" in str(failure).lower() else self.fail(failure)

    def test_scripts_that_make_queues_topics_and_subscriptions(self):
        container = self.up("scripts")
        self.wait_until_healthy(container)
        sqs, sns = connect("sqs", "eu-central-1"), connect("sns", "eu-central-1")
        names = [url.rsplit("/")[-1] for url in sqs.list_queues().get("QueueUrls", [])]
        self.assertEqual(sorted(names), ["audit", "legacy", "orders-dlq.fifo", "orders.fifo"],
                         container.log())
        topics = {topic["TopicArn"].rsplit(":")[-1]: topic["TopicArn"]
                  for topic in sns.list_topics()["Topics"]}
        for body, kind in (("placed", "placed"), ("not for the queue", "cancelled")):
            sns.publish(TopicArn=topics["orders.fifo"], Message=body, MessageGroupId="shop",
                        MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}})
        self.assertEqual(self.bodies(sqs, "orders.fifo"), ["placed"])
        sns.publish(TopicArn=topics["events"], Message="seen")
        self.assertEqual([json.loads(body)["Message"] for body in self.bodies(sqs, "audit")], ["seen"])


class EntryPointTest(LocalStackTest):
    """What Testcontainers for Java does: its own entry point waits for a script, which calls LocalStack's."""

    START = "/testcontainers_start.sh"

    def test_the_entry_point_may_be_replaced(self):
        waiting = f"while [ ! -f {self.START} ]; do sleep 0.1; done; {self.START}"
        container = Container.run_writable(WITH_SHELL, "--entrypoint", json.dumps(["sh", "-c", waiting]))
        self.addCleanup(container.remove)
        script = self.directory / "start.sh"
        script.write_text("#!/bin/bash\nexport LAMBDA_DOCKER_FLAGS=\"-l a=b\"\n"
                          "/usr/local/bin/docker-entrypoint.sh\n")
        script.chmod(0o777)
        podman("cp", script, f"{container.id}:{self.START}")
        self.assertTrue(until(lambda: re.search(r"Ready\.\n", container.log())), container.log())
        self.assertEqual(container.healthcheck(), "healthy")
        self.assertTrue(connect("sqs").create_queue(QueueName="q"))


class CommandsTest(LocalStackTest):
    def start(self, *options):
        container = Container.run_writable(WITH_SHELL, *options)
        self.addCleanup(container.remove)
        self.assertTrue(until(lambda: container.healthcheck() == "healthy"), container.log())
        return container

    def test_awslocal_finds_the_broker_of_its_container(self):
        for name, options in {"by the port": (), "by another": ("--env", "SQUIRE_PORT=14566"),
                              "whatever others call it": ("--env", "LOCALSTACK_HOST=nowhere.test")}.items():
            with self.subTest(name):
                container = self.start(*options)
                made = json.loads(container.execute("awslocal", "sqs", "create-queue", "--queue-name", "q"))
                self.assertTrue(made["QueueUrl"].endswith("/000000000000/q"), made)
                container.remove()

    def test_awslocal_finds_the_broker_of_another(self):
        self.start()
        for name, value in {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "LOCALSTACK_HOST": "localhost:4566",
                            "SQUIRE_PORT": "4566"}.items():
            with self.subTest(name):
                done = podman("run", "--rm", "--pull", "never", "--env", f"{name}={value}", "--entrypoint",
                              "awslocal", WITH_SHELL, "sns", "create-topic", "--name", "t")
                self.assertEqual(json.loads(done.stdout)["TopicArn"],
                                 "arn:aws:sns:us-east-1:000000000000:t")

    def test_awslocal_hands_over_what_it_is_given(self):
        container = self.start("--env", "AWS_ACCESS_KEY_ID=111122223333", "--env", "DEFAULT_REGION=eu-west-1")
        topic = json.loads(container.execute("awslocal", "sns", "create-topic", "--name", "t"))["TopicArn"]
        self.assertEqual(topic, "arn:aws:sns:eu-west-1:111122223333:t")
        topic = json.loads(container.execute("awslocal", "--region", "us-west-2", "sns", "create-topic",
                                             "--name", "t"))["TopicArn"]
        self.assertEqual(topic, "arn:aws:sns:us-west-2:111122223333:t")

    def test_nobody_needs_a_pager(self):
        container = self.start()
        shown = podman("exec", "--tty", container.id, "awslocal", "sns", "list-topics").stdout
        self.assertIn("Topics", shown)

    def test_what_scripts_use_is_there(self):
        container = self.start()
        for command in (["bash", "--version"], ["curl", "--version"], ["jq", "--version"],
                        ["python3", "-c", "import boto3"], ["aws", "--version"]):
            container.execute(*command)
        for directory in ("/etc/squire/init.d", "/etc/localstack/init/ready.d",
                          "/docker-entrypoint-initaws.d", "/var/lib/localstack"):
            container.execute("test", "-d", directory)
