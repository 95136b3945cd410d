"""Emails over SMTP, to a mail server of the test's own."""

import base64
import email
import email.header
import json
import re
import socketserver
import ssl
import threading

from sns_support import QUEUE, SnsTest, make_certificate, visit
from support import until


class MailServer:
    """Keeps what it takes: sender, recipients, login and text. `replies` answers RCPT, if given."""

    def __init__(self, certificate=None):
        server = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                mail = {"to": [], "login": None, "encrypted": False}
                self.say("220 mail.test")
                while line := self.rfile.readline().decode().strip():
                    verb = line.split(" ")[0].upper()
                    if verb == "EHLO":
                        offers = ["AUTH PLAIN", "8BITMIME"]
                        if certificate and not mail["encrypted"]:
                            offers.append("STARTTLS")
                        for offer in offers:
                            self.say("250-" + offer)
                        self.say("250 SIZE")
                    elif verb == "STARTTLS":
                        self.say("220 go")
                        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                        context.load_cert_chain(certificate)
                        self.connection = context.wrap_socket(self.connection, server_side=True)
                        self.rfile = self.connection.makefile("rb")
                        self.wfile = self.connection.makefile("wb", buffering=0)
                        mail["encrypted"] = True
                    elif verb == "AUTH":
                        given = line.split(" ")[2] if len(line.split(" ")) > 2 else None
                        if given is None:
                            self.say("334 ")
                            given = self.rfile.readline().decode().strip()
                        mail["login"] = base64.b64decode(given).decode().split("\0")[1:]
                        self.say("235 ok")
                    elif verb == "MAIL":
                        mail["from"] = re.search("<(.*?)>", line).group(1)
                        self.say("250 ok")
                    elif verb == "RCPT":
                        mail["to"].append(re.search("<(.*?)>", line).group(1))
                        self.say(server.replies.pop(0) if server.replies else "250 ok")
                    elif verb == "DATA":
                        self.say("354 go")
                        lines = []
                        while (part := self.rfile.readline()) != b".\r\n":
                            lines.append(part)
                        server.mails.append({**mail, "message":
                                             email.message_from_bytes(b"".join(lines))})
                        mail["to"] = []
                        self.say("250 taken")
                    elif verb == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 ok")

        self.mails, self.replies = [], []
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a daemon that was stopped
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, count):
        until(lambda: len(self.mails) >= count)
        assert len(self.mails) >= count, f"{len(self.mails)} mails, expected {count}"
        return self.mails


def text_of(mail):
    return mail["message"].get_payload(decode=True).decode()


def subject_of(mail):
    return str(email.header.make_header(email.header.decode_header(mail["message"]["Subject"])))


class EmailTest(SnsTest):
    def mail_server(self, **options):
        server = MailServer(**options)
        self.addCleanup(server.server.server_close)
        self.addCleanup(server.server.shutdown)
        return server

    def start_with(self, mails, *flags):
        return self.start("--smtp-host", "localhost", "--smtp-port", mails.port,
                          "--smtp-from", "news@shop.example", *flags)

    def confirm(self, mails):
        visit(re.search(r"http://\S+", text_of(mails.wait_for(1)[0])).group(0))

    def test_an_email_is_confirmed_and_delivered(self):
        mails = self.mail_server()
        client = self.client(self.start_with(mails))
        topic = self.create_topic(client, "news")
        self.subscribe(client, topic, "email", "me@example.com")
        self.confirm(mails)
        self.publish(client, topic, "Größe\n.\nund mehr", Subject="Grüße")
        mail = mails.wait_for(2)[1]
        self.assertEqual((mail["from"], mail["to"]), ("news@shop.example", ["me@example.com"]))
        self.assertEqual(subject_of(mail), "Grüße")
        self.assertTrue(text_of(mail).startswith("Größe\n.\nund mehr\n"))
        self.assertIn("Action=Unsubscribe", text_of(mail))

    def test_email_json_is_the_envelope(self):
        mails = self.mail_server()
        client = self.client(self.start_with(mails))
        topic = self.create_topic(client, "news")
        self.subscribe(client, topic, "email-json", "me@example.com")
        visit(json.loads(text_of(mails.wait_for(1)[0]))["SubscribeURL"])
        self.publish(client, topic, "hello")
        self.assertEqual(json.loads(text_of(mails.wait_for(2)[1]))["Message"], "hello")

    def test_it_logs_in_and_encrypts(self):
        certificate = make_certificate(self.directory)
        mails = self.mail_server(certificate=certificate)
        daemon = self.start_with(mails, "--smtp-starttls", "always", "--delivery-ca-file",
                                 certificate, "--smtp-user", "shop", "--smtp-password", "secret")
        client = self.client(daemon)
        self.subscribe(client, self.create_topic(client, "news"), "email", "me@example.com")
        mail = mails.wait_for(1)[0]
        self.assertTrue(mail["encrypted"])
        self.assertEqual(mail["login"], ["shop", "secret"])
        self.assertNotIn("secret", daemon.log())

    def test_without_encryption_there_is_no_mail_if_it_must_be(self):
        mails = self.mail_server()
        client = self.client(self.start_with(mails, "--smtp-starttls", "always"))
        self.subscribe(client, self.create_topic(client, "news"), "email", "me@example.com")
        self.assertFalse(until(lambda: mails.mails, timeout=1))

    def test_a_recipient_who_is_refused_is_a_dead_letter(self):
        mails = self.mail_server()
        client = self.client(self.start_with(mails))
        topic = self.create_topic(client, "news")
        dead = client.create("dead")
        self.subscribe(client, topic, "email", "me@example.com",
                       RedrivePolicy=json.dumps({"deadLetterTargetArn": QUEUE + "dead"}))
        self.confirm(mails)
        mails.replies = ["550 nobody of that name"]
        self.publish(client, topic, "hello")
        bodies = until(lambda: client.bodies(dead))
        self.assertTrue(bodies[0].startswith("hello\n"))

    def test_subscribers_of_before_get_mail_once_there_is_a_server(self):
        daemon = self.start()
        client = self.client(daemon)
        topic = self.create_topic(client, "news")
        self.subscribe(client, topic, "email", "me@example.com")
        outbox = json.loads(visit(f"http://127.0.0.1:{daemon.port}/_squire/outbox"))
        visit(re.search(r"http://\S+", outbox["entries"][0]["body"]).group(0))
        daemon.stop()
        mails = self.mail_server()
        client = self.client(self.start_with(mails))
        self.publish(client, topic, "hello")
        self.assertTrue(text_of(mails.wait_for(1)[0]).startswith("hello\n"))
