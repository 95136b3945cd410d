"""The image as its users have it. Run by docker/check, which builds it."""

import json
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
import urllib.request

import yaml
from support import (IMAGE, ROOT, WITH_SHELL, Container, Endpoint, NameServer, connect, deliveries,
                     health, podman, until)

EXAMPLE = "localhost/squire-example"
BYTES_MAX = 15_000_000


class ImageTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="squire-image-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.directory.chmod(0o755)
        self.init = self.directory / "init.d"
        self.init.mkdir()
        self.volume = podman("volume", "create").stdout.strip()
        self.addCleanup(podman, "volume", "rm", "--force", self.volume, check=False)

    def launch(self, *options, image=IMAGE):
        container = Container.run(image, "--volume", f"{self.volume}:/data", *options)
        self.addCleanup(container.remove)
        return container

    def start(self, *options, image=IMAGE):
        container = self.launch(*options, image=image)
        self.wait_until_ready(container)
        return container

    def wait_until_ready(self, container):
        self.assertTrue(until(lambda: health() == (200, "ready")), container.log())

    def with_init(self, name, content):
        """The options that mount an init directory with this file."""
        (self.init / name).write_text(content)
        return "--volume", f"{self.init}:/etc/squire/init.d:ro"

    def subscribe(self, url):
        sns = connect("sns")
        topic = sns.create_topic(Name="t")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol=url.split(":")[0], Endpoint=url)


class DefaultImageTest(ImageTest):
    # What is in it.

    def inspect(self):
        return json.loads(podman("image", "inspect", IMAGE).stdout)[0]

    def test_it_is_small(self):
        size = self.inspect()["Size"]
        print(f"{size / 1e6:.1f} MB", file=sys.stderr)
        self.assertLessEqual(size, BYTES_MAX)

    def test_it_holds_nothing_but_the_binary_and_what_that_reads(self):
        archive = self.directory / "image.tar"
        created = podman("create", "--pull", "never", IMAGE).stdout.strip()
        self.addCleanup(podman, "rm", created)
        podman("export", "--output", archive, created)
        with tarfile.open(archive) as files:
            entries = {"/" + entry.name.strip("/"): entry for entry in files}
        self.assertEqual({name for name, entry in entries.items() if not entry.isdir()},
                         {"/squire", "/etc/ssl/certs/ca-certificates.crt"})
        self.assertTrue(entries["/etc/squire/init.d"].isdir())
        self.assertEqual(entries["/tmp"].mode & 0o7777, 0o1777)
        self.assertEqual((entries["/data"].uid, entries["/data"].gid), (10001, 10001))
        self.assertGreater(entries["/etc/ssl/certs/ca-certificates.crt"].size, 100_000)

    def test_it_says_how_it_is_to_be_run(self):
        config = self.inspect()["Config"]
        self.assertEqual(config["User"], "10001:10001")
        self.assertEqual(config["Entrypoint"], ["/squire"])
        self.assertEqual(list(config["Volumes"]), ["/data"])
        self.assertEqual(list(config["ExposedPorts"]), ["4566/tcp"])
        self.assertEqual(config["StopSignal"], "SIGTERM")
        self.assertIn("SQUIRE_ADDRESS=0.0.0.0", config["Env"])
        self.assertIn("SQUIRE_DATA_DIR=/data", config["Env"])
        self.assertEqual(config["Labels"]["org.opencontainers.image.licenses"], "Apache-2.0")
        self.assertEqual(self.inspect()["HealthCheck" if "HealthCheck" in self.inspect() else
                                        "Healthcheck"]["Test"], ["CMD", "/squire", "--healthcheck"])

    # How it runs.

    def test_it_starts_gets_healthy_and_stops(self):
        container = self.launch()
        self.assertEqual(container.health_state(), "starting")
        self.assertTrue(until(lambda: container.healthcheck() == "healthy"), container.log())
        seconds, code = container.stop()
        print(f"stopped in {seconds:.2f} s", file=sys.stderr)
        self.assertLess(seconds, 2)
        self.assertEqual(code, 0, container.log())

    def test_it_runs_as_nobody_in_particular(self):
        process = self.start().state()["Pid"]
        status = pathlib.Path(f"/proc/{process}/status").read_text()
        self.assertRegex(status, r"\nUid:(\s+10001){4}\n")
        self.assertRegex(status, r"\nGid:(\s+10001){4}\n")
        self.assertRegex(status, r"\nCapEff:\s+0+\n")

    def test_messages_outlive_the_container(self):
        container = self.start()
        queue = connect("sqs").create_queue(QueueName="orders")["QueueUrl"]
        connect("sqs").send_message(QueueUrl=queue, MessageBody="kept")
        self.assertEqual(container.stop()[1], 0)
        container.start()
        self.wait_until_ready(container)
        self.assert_one_message(queue, "kept", VisibilityTimeout=0)
        container.remove()
        self.start()
        self.assert_one_message(queue, "kept")

    def assert_one_message(self, queue, body, **options):
        messages = connect("sqs").receive_message(QueueUrl=queue, **options).get("Messages", [])
        self.assertEqual([message["Body"] for message in messages], [body])

    def test_any_user_may_run_it_who_may_write_the_volume(self):
        data = self.directory / "data"
        data.mkdir()
        shutil.chown(data, 2000, 2000)
        container = Container.run(IMAGE, "--user", "2000:2000", "--volume", f"{data}:/data")
        self.addCleanup(container.remove)
        self.wait_until_ready(container)

    def test_in_memory_it_exports_and_imports(self):
        self.start("--read-only=false", "--env", "SQUIRE_DURABILITY=memory")
        queue = connect("sqs").create_queue(QueueName="orders")["QueueUrl"]
        connect("sqs").send_message(QueueUrl=queue, MessageBody="kept")
        host = queue.split("/")[2]
        with urllib.request.urlopen(f"http://{host}/_squire/export") as answer:
            state = answer.read()
        self.assertEqual(state[:15], b"SQLite format 3")
        with urllib.request.urlopen(urllib.request.Request(
                f"http://{host}/_squire/import", data=state, method="PUT")) as answer:
            self.assertEqual(json.loads(answer.read())["messages"], 1)

    # Init files.

    def test_declarations_are_applied(self):
        self.start(*self.with_init("orders.json", '{"queues": [{"name": "orders"}]}'))
        self.assertTrue(connect("sqs").get_queue_url(QueueName="orders"))

    def test_a_script_is_refused_for_want_of_a_shell(self):
        container = self.launch(*self.with_init("orders.sh", "true\n"))
        self.assertEqual(container.exit_code(), 1, container.log())
        self.assertIn("/etc/squire/init.d/orders.sh needs /bin/sh", container.log())

    # The world around it.

    def test_it_finds_hosts_by_dns(self):
        names = NameServer("subscriber.test")
        self.addCleanup(names.close)
        endpoint = Endpoint(8080)
        self.addCleanup(endpoint.close)
        (self.directory / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        container = self.start("--volume", f"{self.directory}/resolv.conf:/etc/resolv.conf:ro")
        self.subscribe("http://subscriber.test:8080/")
        self.assertTrue(until(lambda: endpoint.posted), container.log())
        self.assertIn("subscriber.test", names.asked)

    def test_it_finds_hosts_in_its_own_file_even_where_dns_knows_better(self):
        names = NameServer("other.test")
        self.addCleanup(names.close)
        endpoint = Endpoint(8080)
        self.addCleanup(endpoint.close)
        (self.directory / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        container = self.start("--add-host", "subscriber.test:127.0.0.1",
                               "--volume", f"{self.directory}/resolv.conf:/etc/resolv.conf:ro")
        self.subscribe("http://subscriber.test:8080/")
        self.assertTrue(until(lambda: endpoint.posted), container.log())

    def certificate(self):
        """For hooks.test, signed by itself."""
        path = self.directory / "hooks.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=hooks.test", "-addext", "subjectAltName=DNS:hooks.test",
                        "-keyout", path, "-out", self.directory / "root.crt"],
                       check=True, capture_output=True)
        path.write_text(path.read_text() + (self.directory / "root.crt").read_text())
        return path

    def test_it_checks_certificates_against_the_roots_it_has(self):
        endpoint = Endpoint(8443, self.certificate())
        self.addCleanup(endpoint.close)
        container = self.start("--add-host", "hooks.test:127.0.0.1")
        self.subscribe("https://hooks.test:8443/")
        self.assertTrue(until(lambda: "certificate verify failed" in deliveries()), deliveries())
        container.remove()
        roots = f"{self.directory}/root.crt:/etc/ssl/certs/ca-certificates.crt:ro"
        container = self.start("--add-host", "hooks.test:127.0.0.1", "--volume", roots)
        self.subscribe("https://hooks.test:8443/again")
        self.assertTrue(until(lambda: endpoint.posted), container.log())


class ShellImageTest(ImageTest):
    SCRIPT = """set -e
        aws sqs create-queue --queue-name orders
        aws --endpoint-url "$AWS_ENDPOINT_URL" sns create-topic --name orders-placed
        until [ -e /etc/squire/init.d/go-on ]; do sleep 0.1; done
        """

    def test_it_is_ready_when_its_scripts_have_run(self):
        container = self.launch(*self.with_init("orders.sh", self.SCRIPT), image=WITH_SHELL)
        self.assertTrue(until(lambda: "orders-placed" in container.log()), container.log())
        self.assertEqual(health(), (503, "starting"))
        self.assertEqual(container.healthcheck(), "starting")
        (self.init / "go-on").touch()
        self.wait_until_ready(container)
        self.assertEqual(container.healthcheck(), "healthy")
        self.assertTrue(connect("sqs").get_queue_url(QueueName="orders"))
        self.assertEqual(container.stop()[1], 0)

    def test_it_stops_when_a_script_fails(self):
        container = self.launch(*self.with_init("orders.sh", "aws sqs get-queue-url --queue-name no\n"),
                                image=WITH_SHELL)
        self.assertEqual(container.exit_code(), 1, container.log())
        self.assertIn("NonExistentQueue", container.log())
        self.assertRegex(container.log(), r"orders\.sh ended with code \d+")

    def test_it_runs_as_the_same_user(self):
        container = self.start(*self.with_init("a.sh", "id\n"), image=WITH_SHELL)
        self.assertRegex(container.log(), r"uid=10001\S* gid=10001")


class ComposeTest(ImageTest):
    """docker/compose.yaml, read and acted upon as Compose would; but the services share a network."""

    def setUp(self):
        super().setUp()
        self.services = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())["services"]

    def options(self, service):
        for name, value in service.get("environment", {}).items():
            yield from ("--env", f"{name}={value}")
        for mount in service.get("volumes", []):
            source, _, target = mount.partition(":")
            if source.startswith("."):
                yield from ("--volume", f"{(ROOT / 'docker' / source).resolve()}:{target}")
        for name in self.services:
            yield from ("--add-host", f"{name}:127.0.0.1")

    def test_it_builds_what_is_tested_here(self):
        broker, app = self.services["broker"], self.services["app"]
        self.assertEqual((ROOT / "docker" / broker["build"]["context"]).resolve(), ROOT)
        self.assertEqual(broker["build"]["dockerfile"], "docker/Dockerfile")
        self.assertIn("squire-data:/data", broker["volumes"])
        self.assertIn("4566:4566", broker["ports"])
        self.assertTrue((ROOT / "docker" / app["build"] / "Dockerfile").exists())

    def test_the_application_handles_its_orders_when_the_broker_is_healthy(self):
        self.assertEqual(self.services["app"]["depends_on"],
                         {"broker": {"condition": "service_healthy"}})
        broker = self.launch(*self.options(self.services["broker"]))
        self.assertTrue(until(lambda: broker.healthcheck() == "healthy"), broker.log())
        app = Container.run(EXAMPLE, *self.options(self.services["app"]))
        self.addCleanup(app.remove)
        self.assertTrue(until(lambda: app.log().count("handled order") >= 10), app.log())
        self.assertEqual({f"handled order {number}" for number in range(1, 11)},
                         set(app.log().splitlines()))
        self.assertEqual(app.stop()[1], 0)
