"""Three tokens for three kinds of visitors, keys that change while the daemon runs, and what it tells of
requests that it refused.
"""

import json
import signal
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request

from access_test import KEYS, Call
from support import DaemonTest, json_request, until

ADMIN, VIEWER, METRICS = "admin sesame", "viewer sesame", "metrics sesame"


class TokensTest(DaemonTest):
    TOKENS = {"admin_token": ADMIN}

    def setUp(self):
        super().setUp()
        self.keys_file = self.directory / "keys.json"
        self.keys_file.write_text(json.dumps(KEYS))
        self.daemon = self.begin(**self.TOKENS)

    def begin(self, name="data", **settings):
        path = self.directory / f"{name}.json"
        path.write_text(json.dumps({"auth": "sigv4", "keys_file": str(self.keys_file),
                                    "durability": "memory", "testing": True, **settings}))
        return self.start("--config", path, data=self.directory / name)

    def ask(self, path, token=None, method="GET", body=None, daemon=None):
        """Status and text."""
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        request = urllib.request.Request(
            f"http://127.0.0.1:{(daemon or self.daemon).port}{path}", body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")

    def assert_refused(self, answer):
        self.assertIn(answer[0], (401, 403), answer)

    def log_after(self, mark, *words):
        """The first line of the log since then with all these words."""
        def found():
            return [line for line in self.daemon.lines[mark:] if all(word in line for word in words)]
        lines = until(found)
        self.assertTrue(lines, f"no line with {words}:\n" + "\n".join(self.daemon.lines[mark:]))
        return lines[0]


class RightsTest(TokensTest):
    TOKENS = {"admin_token": ADMIN, "viewer_token": VIEWER, "metrics_token": METRICS}
    CHANGES = (("POST", "/_squire/reset"), ("DELETE", "/_squire/outbox"), ("PUT", "/_squire/import"),
               ("POST", "/_squire/import"), ("POST", "/_squire/clock"), ("POST", "/_squire/faults"),
               ("DELETE", "/_squire/faults"), ("DELETE", "/_aws/sns/sms-messages"))
    VIEWS = ("/_squire/", "/_squire/queues", "/_squire/overview", "/_squire/topics",
             "/_squire/outbox", "/_squire/settings", "/_squire/clock")

    def test_the_metrics_token_reads_metrics_and_health_alone(self):
        self.assertEqual(self.ask("/metrics", METRICS)[0], 200)
        self.assertEqual(self.ask("/_squire/health", METRICS)[0], 200)
        for path in self.VIEWS + ("/_squire/export", "/_aws/sns/sms-messages"):
            with self.subTest(path=path):
                self.assert_refused(self.ask(path, METRICS))
        for method, path in self.CHANGES + (("POST", "/metrics"),):
            with self.subTest(method=method, path=path):
                self.assertIn(self.ask(path, METRICS, method, b"")[0], (401, 403, 405))

    def test_the_viewer_token_looks_and_changes_nothing(self):
        for path in self.VIEWS:
            with self.subTest(path=path):
                self.assertEqual(self.ask(path, VIEWER)[0], 200)
        for method, path in self.CHANGES:
            with self.subTest(method=method, path=path):
                self.assert_refused(self.ask(path, VIEWER, method, b""))

    def test_the_admin_token_may_do_both(self):
        for path in (*self.VIEWS, "/metrics"):
            self.assertEqual(self.ask(path, ADMIN)[0], 200, path)
        self.assertEqual(self.ask("/_squire/reset", ADMIN, "POST", b"")[0], 200)
        self.assertEqual(self.ask("/?Action=ListQueues", ADMIN)[0], 200)

    def test_neither_of_the_lesser_tokens_calls_actions(self):
        for token in (VIEWER, METRICS):
            for body in (b"Action=ListQueues", b"Action=CreateQueue&QueueName=made",
                         b"Action=ListTopics"):
                with self.subTest(token=token, body=body):
                    self.assertIn(self.ask("/", token, "POST", body)[0], (400, 401, 403))
        self.assertNotIn("made", self.ask("/_squire/queues", ADMIN)[1])

    def test_what_is_near_a_token_is_none(self):
        for token in ("", " ", VIEWER[:-1], VIEWER + "x", VIEWER.upper(), "null", "***",
                      f"{VIEWER},{ADMIN}"):
            with self.subTest(token=token):
                self.assert_refused(self.ask("/_squire/queues", token))
                self.assert_refused(self.ask("/metrics", token))

    def test_a_token_that_is_not_set_opens_nothing(self):
        daemon = self.begin("other", admin_token=ADMIN)
        for token in ("", VIEWER, METRICS):
            self.assert_refused(self.ask("/_squire/queues", token, daemon=daemon))
            self.assert_refused(self.ask("/metrics", token, daemon=daemon))

    def test_the_lesser_tokens_work_without_an_admin_token(self):
        daemon = self.begin("other", viewer_token=VIEWER, metrics_token=METRICS)
        self.assertEqual(self.ask("/_squire/queues", VIEWER, daemon=daemon)[0], 200)
        self.assertEqual(self.ask("/metrics", METRICS, daemon=daemon)[0], 200)
        self.assert_refused(self.ask("/_squire/queues", METRICS, daemon=daemon))
        self.assert_refused(self.ask("/_squire/reset", VIEWER, "POST", b"", daemon=daemon))

    def test_tokens_are_shown_nowhere(self):
        _, text = self.ask("/_squire/settings", ADMIN)
        for token in (ADMIN, VIEWER, METRICS):
            self.assertNotIn(token, text)
            self.assertNotIn(token, self.daemon.log())
        self.assertEqual([json.loads(text)[name] for name in ("viewer_token", "metrics_token")],
                         ["***"] * 2)


class WrongTokenTest(TokensTest):
    def test_an_action_says_that_the_token_is_wrong(self):
        query = self.ask("/?Action=ListQueues", "wrong")
        client = self.client(self.daemon)
        client.send(json_request("ListQueues", headers="Authorization: Bearer wrong\r\n"))
        reply = client.read_reply()
        for status, text in (query, (reply.status, reply.body.decode())):
            self.assertIn(status, (400, 401, 403))
            self.assertRegex(text.lower(), r"\btoken\b[^.<]*\b(wrong|not|invalid)\b|"
                                           r"\b(wrong|invalid)\b[^.<]*\btoken\b")
            # Not what a broken signature is told.
            self.assertNotIn("SignedHeaders", text)
            self.assertNotIn("Bearer wrong", text)

    def test_a_lesser_token_is_told_what_it_is_for(self):
        daemon = self.begin("other", viewer_token=VIEWER)
        status, text = self.ask("/?Action=ListQueues", VIEWER, daemon=daemon)
        self.assertEqual(status, 403, text)
        self.assertIn("viewer_token", text)


class KeysTest(TokensTest):
    NEW = {"access_key": "NEW", "secret": "fresh", "account": "000000000000"}

    def status(self, access_key="OWNER", secret="s1"):
        return Call(self.daemon, "Action=ListQueues", secret, access_key).send()[0]

    def reload(self):
        """Sends SIGHUP; gives where the log was."""
        mark = len(self.daemon.lines)
        self.daemon.signal(signal.SIGHUP)
        return mark

    def test_sighup_reads_new_keys(self):
        self.assertEqual((self.status(), self.status("NEW", "fresh")), (200, 403))
        self.keys_file.write_text(json.dumps([self.NEW]))
        mark = self.reload()
        self.assertTrue(until(lambda: self.status("NEW", "fresh") == 200))
        self.assertEqual(self.status(), 403, "a key that is no longer there")
        self.assertNotIn("fresh", self.log_after(mark, "keys"))

    def test_a_secret_may_be_changed(self):
        self.keys_file.write_text(json.dumps([{**KEYS[0], "secret": "fresh"}]))
        self.reload()
        self.assertTrue(until(lambda: self.status(secret="fresh") == 200))
        self.assertEqual(self.status(), 403)

    def test_a_file_that_cannot_be_read_keeps_the_old_keys(self):
        for text in ("", "no JSON", '[{"access_key": "NEW"}]', "{}", "[]",
                     '[{"access_key": "NEW", "secret": "hush-hush", "account": "1"}]', None):
            with self.subTest(text=text):
                if text is None:
                    self.keys_file.unlink()
                else:
                    self.keys_file.write_text(text)
                mark = self.reload()
                self.log_after(mark, "keys")
                self.assertEqual(self.status(), 200)
                self.assertNotIn("hush-hush", self.daemon.log())
        self.assertTrue(self.daemon.is_alive())
        self.keys_file.write_text(json.dumps([*KEYS, self.NEW]))
        self.reload()
        self.assertTrue(until(lambda: self.status("NEW", "fresh") == 200))
        self.assertEqual(self.status(), 200)

    def test_keys_of_the_settings_stay_beside_those_of_the_file(self):
        self.keys_file.write_text(json.dumps([KEYS[1]]))
        self.daemon = self.begin("other", keys=[KEYS[0]])
        self.keys_file.write_text(json.dumps([self.NEW]))
        self.reload()
        self.assertTrue(until(lambda: self.status("NEW", "fresh") == 200))
        self.assertEqual(self.status(), 200)

    def test_a_poll_that_waits_outlives_reloads(self):
        self.assertEqual(Call(self.daemon, "Action=CreateQueue&QueueName=q").send()[0], 200)
        answers = []
        poll = threading.Thread(target=lambda: answers.append(Call(
            self.daemon, "Action=ReceiveMessage&QueueUrl=q&WaitTimeSeconds=1").send()[0]))
        poll.start()
        while poll.is_alive():
            self.reload()
            poll.join(0.1)
        self.assertEqual(answers, [200])


class LogTest(TokensTest):
    def refuse(self, call, *words):
        """What the log says of a call that is refused."""
        mark = len(self.daemon.lines)
        self.assertGreaterEqual(call.send()[0], 400)
        line = self.log_after(mark, *words)
        self.assertTrue(line.isprintable(), line)
        for secret in ("not-the-secret", call.headers["Authorization"].rsplit("=", 1)[1]):
            self.assertNotIn(secret, line)
        return line

    def test_a_refused_signature_is_logged_with_key_action_and_reason(self):
        self.refuse(Call(self.daemon, "Action=ListQueues", "not-the-secret"),
                    "OWNER", "ListQueues", "SignatureDoesNotMatch")
        self.refuse(Call(self.daemon, "Action=ListTopics", "not-the-secret", service="sns"),
                    "OWNER", "ListTopics", "SignatureDoesNotMatch")
        self.refuse(Call(self.daemon, "Action=ListQueues", access_key="NOBODY"),
                    "NOBODY", "ListQueues", "InvalidClientTokenId")
        self.refuse(Call(self.daemon, "{}", "not-the-secret", target="AmazonSQS.ListQueues"),
                    "OWNER", "ListQueues", "SignatureDoesNotMatch")

    def test_a_served_request_is_not_logged_as_refused(self):
        mark = len(self.daemon.lines)
        self.assertEqual(Call(self.daemon, "Action=ListQueues").send()[0], 200)
        self.refuse(Call(self.daemon, "Action=ListTopics", "not-the-secret", service="sns"),
                    "ListTopics")
        self.assertFalse([line for line in self.daemon.lines[mark:] if "ListQueues" in line])

    def test_names_that_a_client_made_up_cannot_forge_a_line(self):
        call = Call(self.daemon, "Action=ListQueues", "not-the-secret", "NOBODY")
        call.headers["Authorization"] = call.headers["Authorization"].replace(
            "NOBODY", "NOBODY\x1b[31m\x85")
        mark = len(self.daemon.lines)
        self.assertGreaterEqual(call.send()[0], 400)
        self.refuse(Call(self.daemon, "Action=ListQueues", access_key="LAST"), "LAST")
        for line in self.daemon.lines[mark:]:
            self.assertTrue(line.isprintable(), line)

    def test_a_wrong_token_is_logged_without_it(self):
        mark = len(self.daemon.lines)
        self.assert_refused(self.ask("/_squire/queues", "not-the-token"))
        self.assertGreaterEqual(self.ask("/?Action=ListQueues", "not-the-token")[0], 400)
        self.log_after(mark, "token")
        self.assertNotIn("not-the-token", self.daemon.log())


if __name__ == "__main__":
    unittest.main()
