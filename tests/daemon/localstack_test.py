"""In LocalStack's place: its endpoints by the clients that are pointed at them, its directories of scripts."""

import json
import os
import shutil
import subprocess
import unittest
import urllib.error
import urllib.request

from support import BINARY, Daemon, DaemonTest, until

try:
    import boto3
    import botocore.exceptions
except ImportError:
    boto3 = None


class LocalStackTest(DaemonTest):
    def ask(self, daemon, path, body=None, **headers):
        request = urllib.request.Request(f"http://127.0.0.1:{daemon.port}{path}", data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def get(self, daemon, path):
        status, text = self.ask(daemon, path)
        self.assertEqual(status, 200, text)
        return json.loads(text)


class EndpointsTest(LocalStackTest):
    def test_health_checks_find_what_they_grep_for(self):
        daemon = self.start()
        _, health = self.ask(daemon, "/_localstack/health")
        self.assertIn('"sqs": "available"', health)
        self.client(daemon).create("orders")
        _, health = self.ask(daemon, "/_localstack/health")
        self.assertIn('"sqs": "running"', health)
        _, init = self.ask(daemon, "/_localstack/init/ready")
        self.assertEqual(init, '{"completed": true, "scripts": []}\n')

    def test_a_restart_is_a_reset(self):
        daemon = self.start()
        client = self.client(daemon)
        client.create("orders")
        self.assertEqual(self.ask(daemon, "/_localstack/health", b'{"action": "kill"}')[0], 400)
        self.assertEqual(len(client.call("ListQueues")["QueueUrls"]), 1)
        self.assertEqual(self.ask(daemon, "/_localstack/health", b'{"action": "restart"}'), (200, "ok"))
        self.assertEqual(client.call("ListQueues"), {})

    def test_a_restart_is_for_the_admin_address_where_there_is_one(self):
        daemon = self.start("--admin-address", "127.0.0.1:0")
        client = self.client(daemon)
        client.create("orders")
        self.assertEqual(self.ask(daemon, "/_localstack/health", b'{"action": "restart"}')[0], 404)
        self.assertEqual(self.ask(daemon, "/_localstack/health")[0], 200)
        self.assertEqual(len(client.call("ListQueues")["QueueUrls"]), 1)

    def test_ready_is_the_end_of_a_line_once_it_is(self):
        daemon = self.start()
        self.assertTrue(until(lambda: any(line.endswith(" Ready.") for line in daemon.lines)), daemon.log())
        self.assertEqual(sum("Ready" in line for line in daemon.lines), 1)

    def test_its_variables_are_nobodys_business_on_a_machine_without_it(self):
        if any(os.path.exists(place) for place in ("/etc/localstack", "/var/lib/localstack",
                                                   "/docker-entrypoint-initaws.d")):
            self.skipTest("this machine has LocalStack's directories")
        daemon = self.start(environment={"DEBUG": "1", "PERSISTENCE": "1", "SERVICES": "s3"})
        self.client(daemon).create("orders")
        self.assertNotIn("PERSISTENCE", daemon.log())


@unittest.skipIf(boto3 is None, "boto3 is not installed")
class SdkTest(LocalStackTest):
    def connect(self, daemon, path="", region="us-east-1"):
        return boto3.client("sqs", endpoint_url=f"http://127.0.0.1:{daemon.port}{path}", region_name=region,
                            aws_access_key_id="test", aws_secret_access_key="test")

    def test_boto3_pointed_at_the_messages_sees_them_without_receiving(self):
        daemon = self.start()
        url = self.client(daemon).create("orders")
        sqs, peek = self.connect(daemon), self.connect(daemon, "/_aws/sqs/messages")
        for body in ("message-1", "message-2"):
            sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes={
                "n": {"DataType": "Number", "StringValue": "1"}})
        for _ in range(2):
            messages = peek.receive_message(QueueUrl=url, MaxNumberOfMessages=1)["Messages"]
            self.assertEqual([message["Body"] for message in messages], ["message-1", "message-2"])
            self.assertEqual(messages[0]["Attributes"]["ApproximateReceiveCount"], "0")
            self.assertEqual(messages[0]["MessageAttributes"]["n"]["StringValue"], "1")
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            peek.send_message(QueueUrl=url, MessageBody="m")
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], "InvalidRequest")
        self.assertEqual(error["Message"], "This endpoint only accepts ReceiveMessage calls")
        with self.assertRaises(peek.exceptions.QueueDoesNotExist):
            peek.receive_message(QueueUrl=url + "x")

    def test_the_region_is_that_of_the_client(self):
        daemon = self.start()
        for region in ("us-east-1", "eu-west-1"):
            sqs = self.connect(daemon, region=region)
            url = sqs.create_queue(QueueName="orders")["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody=region)
        for region in ("us-east-1", "eu-west-1"):
            peek = self.connect(daemon, "/_aws/sqs/messages", region)
            bodies = [message["Body"] for message in peek.receive_message(QueueUrl=url)["Messages"]]
            self.assertEqual(bodies, [region])
            _, text = self.ask(daemon, f"/_aws/sqs/messages/{region}/000000000000/orders",
                               Accept="application/json")
            self.assertEqual(json.loads(text)["ReceiveMessageResponse"]["ReceiveMessageResult"]["Message"]["Body"],
                             region)


class ImageTest(LocalStackTest):
    """A root directory as the image with a shell has it, made of this machine's."""

    MOUNTED = ("usr", "bin", "sbin", "lib", "lib64", "dev", "proc", "root", "tmp")

    def setUp(self):
        super().setUp()
        if subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "true"],
                          stderr=subprocess.DEVNULL).returncode:
            self.skipTest("file systems may not be mounted here")
        self.root = self.directory / "root"
        for place in ("etc/localstack/init/ready.d", "docker-entrypoint-initaws.d", "data"):
            (self.root / place).mkdir(parents=True)
        shutil.copy(BINARY, self.root / "squire")

    def write(self, place, content):
        (self.root / place).parent.mkdir(parents=True, exist_ok=True)
        (self.root / place).write_text(content)

    def start_inside(self, **environment):
        mounts = [f'[ ! -e /{name} ] || {{ mkdir -p "$1/{name}" && mount --rbind /{name} "$1/{name}"; }}'
                  for name in self.MOUNTED]
        script = "set -e\n" + "\n".join(mounts) + '\nroot=$1\nshift\nexec chroot "$root" /squire "$@"\n'
        daemon = Daemon("--port", 0, "--data-dir", "/data", environment=environment, command=[
            "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "-", str(self.root)])
        self.addCleanup(daemon.destroy)
        return daemon.wait_until_listening()

    def test_scripts_of_both_directories_run_and_other_files_are_theirs(self):
        self.write("etc/localstack/init/ready.d/01.sh", "#!/bin/bash\ncat \"$(dirname \"$0\")/orders.json\"\n")
        self.write("etc/localstack/init/ready.d/orders.json", '{"port": "none of the broker\'s business"}')
        self.write("etc/localstack/init/ready.d/more/02.py", "print('two')\n")
        self.write("docker-entrypoint-initaws.d/03.sh", "echo three\n")
        daemon = self.start_inside(PERSISTENCE="1", DEBUG="1", SERVICES="sqs,s3", LOCALSTACK_HOST="aws")
        self.assertTrue(until(lambda: daemon.lines[-1].endswith("Ready.")), daemon.log())
        said = [line.partition(": ")[2] for line in daemon.lines if ".sh: " in line or ".py: " in line]
        self.assertEqual(said, ['{"port": "none of the broker\'s business"}', "two", "three"])
        self.assertEqual(self.get(daemon, "/_localstack/init/ready"), {"completed": True, "scripts": [
            {"stage": "READY", "name": name, "state": "SUCCESSFUL"} for name in ("01.sh", "02.py", "03.sh")]})
        told = [line for line in daemon.lines if "PERSISTENCE" in line]
        self.assertEqual(len(told), 1, daemon.log())
        self.assertIn("DEBUG", told[0])
        self.assertIn("s3", told[0])
        self.assertNotIn("LOCALSTACK_HOST", told[0])

    def test_health_may_be_waited_for_by_a_script(self):
        self.write("etc/localstack/init/ready.d/wait.sh", "#!/bin/bash\npython3 -c \"\n"
                   "import os, urllib.request\n"
                   "print(urllib.request.urlopen(os.environ['AWS_ENDPOINT_URL'] + '/_localstack/health').read())\n"
                   "print(urllib.request.urlopen(os.environ['AWS_ENDPOINT_URL'] + '/_localstack/init/ready').read())\"\n")
        daemon = self.start_inside()
        self.assertTrue(until(lambda: daemon.lines[-1].endswith("Ready.")), daemon.log())
        self.assertIn('"sqs": "available"', daemon.log())
        self.assertIn('{"completed": false, "scripts": [{"stage": "READY", "name": "wait.sh", "state": "RUNNING"}]}',
                      daemon.log())


if __name__ == "__main__":
    unittest.main()
