"""Signatures of notifications, checked by others: openssl, and npm's sns-validator."""

import base64
import json
import pathlib
import shutil
import subprocess
import unittest
import urllib.request

from sns_support import SnsTest, visit

VALIDATOR = pathlib.Path(__file__).resolve().parent / "sns_validator"
FIELDS = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token",
                                 "TopicArn", "Type")}


class SignatureTest(SnsTest):
    def messages(self, **attributes):
        """A confirmation, a notification without a subject, and one with awkward characters."""
        listener = self.endpoint()
        client = self.client(self.start())
        topic = self.create_topic(client, "news", **attributes)
        self.subscribe(client, topic, "http", listener.url)
        confirmation = json.loads(listener.wait_for(1)[0][2])
        visit(confirmation["SubscribeURL"])
        self.publish(client, topic, "hello")
        listener.wait_for(2)
        self.publish(client, topic, 'é "quoted"\n\\ <&>', Subject="Grüße")
        listener.wait_for(3)
        return [json.loads(body) for body in listener.bodies()]

    def verify_by_openssl(self, message, digest):
        text = "".join(f"{name}\n{message[name]}\n" for name in FIELDS[message["Type"]]
                       if name in message)
        files = {name: self.directory / name for name in ("text", "signature", "cert", "key")}
        files["text"].write_text(text)
        files["signature"].write_bytes(base64.b64decode(message["Signature"]))
        files["cert"].write_text(visit(message["SigningCertURL"]))
        with open(files["key"], "wb") as key:
            subprocess.run(["openssl", "x509", "-in", files["cert"], "-pubkey", "-noout"],
                           check=True, stdout=key)
        return subprocess.run(
            ["openssl", "dgst", digest, "-verify", files["key"], "-signature", files["signature"],
             files["text"]], capture_output=True, text=True).stdout.strip()

    def test_version_1_is_sha1_and_the_default(self):
        for message in self.messages():
            self.assertEqual(message["SignatureVersion"], "1")
            self.assertEqual(self.verify_by_openssl(message, "-sha1"), "Verified OK")

    def test_version_2_is_sha256(self):
        for message in self.messages(SignatureVersion="2"):
            self.assertEqual(message["SignatureVersion"], "2")
            self.assertEqual(self.verify_by_openssl(message, "-sha256"), "Verified OK")

    def test_an_altered_message_is_not_verified(self):
        message = self.messages()[1]
        message["Message"] = "hallo"
        self.assertNotEqual(self.verify_by_openssl(message, "-sha1"), "Verified OK")

    def peek(self, daemon, queue):
        page = json.loads(visit(f"http://127.0.0.1:{daemon.port}/_squire/queues/{queue}/messages"))
        return [message["body"] for message in page["messages"]]

    def test_what_nobody_has_read_is_signed_after_a_crash_and_an_import_as_well(self):
        daemon = self.start()
        client = self.client(daemon)
        topic = self.create_topic(client, "news")
        for queue in ("one", "other"):
            client.create(queue)
            self.subscribe_queue(client, topic, queue, RawMessageDelivery="false")
        for number in range(12):
            self.publish(client, topic, f'"{number}" é')
        daemon.kill()
        daemon = self.start()
        bodies = self.peek(daemon, "one")
        self.assertEqual(len(bodies), 12)
        for message in map(json.loads, bodies):
            path = message["SigningCertURL"].rsplit("/", 1)[1]
            message["SigningCertURL"] = f"http://127.0.0.1:{daemon.port}/{path}"
            self.assertEqual(self.verify_by_openssl(message, "-sha1"), "Verified OK")
        state = urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}/_squire/export").read()
        copy = self.start(data=self.directory / "copy")
        urllib.request.urlopen(urllib.request.Request(
            f"http://127.0.0.1:{copy.port}/_squire/import", state, method="PUT")).read()
        for where in (daemon, copy):
            received = {message["Body"] for _ in range(2)
                        for message in self.client(where).receive("http://x/000000000000/one")}
            self.assertEqual(received, set(bodies))
        signatures = [{json.loads(body)["Signature"] for body in self.peek(daemon, queue)}
                      for queue in ("one", "other")]
        self.assertEqual(*signatures)

    def test_the_certificate_is_made_once_for_a_data_directory(self):
        urls = set()
        for _ in range(2):
            listener = self.endpoint()
            daemon = self.start()
            client = self.client(daemon)
            topic = self.create_topic(client, "news")
            self.subscribe(client, topic, "http", listener.url)
            url = json.loads(listener.wait_for(1)[0][2])["SigningCertURL"]
            urls.add(url.rsplit("/", 1)[1])
            daemon.kill()
        self.assertEqual(len(urls), 1)

    @unittest.skipUnless(shutil.which("npm"), "needs npm")
    def test_the_validator_of_npm_accepts_both_versions(self):
        if not (VALIDATOR / "node_modules").exists():
            subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=VALIDATOR,
                           check=True)
        for version in ("1", "2"):
            self.data = self.directory / version
            for message in self.messages(SignatureVersion=version):
                certificate = visit(message["SigningCertURL"])
                for altered, expected in ((False, "valid"), (True, "invalid")):
                    if altered:
                        message["Message"] += "!"
                    said = subprocess.run(
                        ["node", "validate.js"], cwd=VALIDATOR, capture_output=True, text=True,
                        input=json.dumps({"message": message, "certificate": certificate}))
                    self.assertEqual(said.stdout.strip(), expected, said.stderr)
