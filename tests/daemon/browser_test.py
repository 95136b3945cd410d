"""What web pages that the user opens may do to the broker: nothing, unless a setting says so."""

import json
import unittest

from browser_support import CREATE, CROSS_SITE, NAVIGATION, PAGE, BrowserTest
from support import Wire

# The paths that are not actions.
PAGES = ("/_squire/", "/_squire/health", "/_squire/queues", "/_squire/console", "/metrics",
         "/_localstack/health", "/_aws/sns/sms-messages")


class OriginTest(BrowserTest):
    def test_a_page_of_another_origin_can_do_nothing(self):
        for origin in (PAGE, "http://localhost:3000", "https://localhost",
                       "http://127.0.0.1:1", "null", "file://", "chrome-extension://abcdef"):
            with self.subTest(origin=origin):
                headers = {"Origin": origin}
                self.assert_refused(self.act("CreateQueue", headers, QueueName="made"))
                self.assert_refused(self.ask("GET", CREATE, headers))
                self.assert_refused(self.ask("POST", "/", {
                    **headers, "X-Amz-Target": "AmazonSQS.CreateQueue",
                    "Content-Type": "application/x-amz-json-1.0"}, b'{"QueueName":"made"}'))
                self.assert_refused(self.act("CreateTopic", headers, Name="made"))
        self.assertEqual(self.queues(), [])

    def test_no_path_is_open_to_another_origin(self):
        for path in PAGES:
            with self.subTest(path=path):
                self.assert_refused(self.ask("GET", path, {"Origin": PAGE}))
                self.assert_refused(self.ask("GET", path, CROSS_SITE))

    def test_a_page_cannot_empty_the_broker(self):
        self.assert_served(self.act("CreateQueue", QueueName="kept"))
        for headers in ({"Origin": PAGE}, CROSS_SITE, {"Origin": "null"}):
            for method, path in (("POST", "/_squire/reset"), ("DELETE", "/_squire/outbox"),
                                 ("POST", "/_squire/import"), ("PUT", "/_squire/import")):
                with self.subTest(headers=headers, method=method, path=path):
                    self.assert_refused(self.ask(method, path, headers, b"x"))
        self.assertEqual(self.queues(), ["kept"])

    def test_an_import_is_refused_before_it_is_sent(self):
        with Wire(self.daemon.port) as wire:
            wire.send(b"PUT /_squire/import HTTP/1.1\r\nHost: localhost\r\nOrigin: " + PAGE.encode()
                      + b"\r\nExpect: 100-continue\r\nContent-Length: 500000000\r\n\r\n")
            self.assertEqual(wire.read_reply().status, 403)
            self.assertTrue(wire.is_closed_by_peer())

    def test_requests_that_pages_make_without_an_origin_are_told_by_their_fetch_metadata(self):
        for mode, destination in (("no-cors", "image"), ("no-cors", "script"), ("cors", "empty"),
                                  ("navigate", "document"), ("navigate", "iframe"),
                                  ("websocket", "websocket")):
            with self.subTest(mode=mode, destination=destination):
                self.assert_refused(self.ask("GET", CREATE, {
                    **CROSS_SITE, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": destination}))
        self.assertEqual(self.queues(), [])

    def test_names_and_values_of_these_headers_are_read_in_any_case(self):
        self.assert_refused(self.ask("GET", CREATE, {"ORIGIN": PAGE}))
        self.assert_refused(self.ask("GET", CREATE, {"sec-fetch-site": "cross-site"}))
        self.assert_refused(self.ask("GET", CREATE, {"origin": "NULL"}))

    def test_an_upgrade_to_a_web_socket_is_refused(self):
        reply = self.ask("GET", "/_squire/", {
            "Origin": PAGE, "Connection": "Upgrade", "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="})
        self.assert_refused(reply)

    def test_the_text_says_which_setting_would_allow_it(self):
        self.assert_refused(self.act("ListQueues", {"Origin": PAGE}), "allowed_origins")

    def test_signed_requests_of_a_page_are_no_exception(self):
        settings = self.directory / "squire.json"
        settings.write_text(json.dumps({
            "auth": "sigv4", "durability": "memory", "admin_token": "sesame",
            "keys": [{"access_key": "OWNER", "secret": "s", "account": "000000000000"}]}))
        daemon = self.start("--config", settings, data=self.directory / "other")
        headers = {"Authorization": "Bearer sesame"}
        self.assert_served(self.ask("GET", "/?Action=ListQueues", headers, daemon=daemon))
        for more in ({"Origin": PAGE}, CROSS_SITE):
            self.assert_refused(self.ask("GET", CREATE, {**headers, **more}, daemon=daemon))
            self.assert_refused(self.ask("GET", "/_squire/queues", {**headers, **more},
                                         daemon=daemon))

    def test_who_is_no_page_of_another_site_is_served(self):
        own = f"http://127.0.0.1:{self.daemon.port}"
        host = own.removeprefix("http://")
        for headers in ({}, {"Origin": own}, {"Sec-Fetch-Site": "none"},
                        {"Sec-Fetch-Site": "same-origin"},
                        {"Origin": own, "Sec-Fetch-Site": "same-origin"}):
            with self.subTest(headers=headers):
                self.assert_served(self.ask("POST", "/", headers, {"Action": "ListQueues"}, host))
                self.assert_served(self.ask("GET", "/_squire/queues", headers, host=host))

    def test_the_origin_is_the_hosts_own_only_with_its_port(self):
        self.assert_served(self.ask("POST", "/", {"Origin": "http://localhost:4566"},
                                    {"Action": "ListQueues"}, "localhost:4566"))
        for host, origin in (("localhost:4566", "http://localhost:3000"),
                             ("localhost:4566", "http://localhost"),
                             ("localhost:4566", "http://localhost:45660"),
                             ("localhost", "http://evil.localhost")):
            with self.subTest(host=host, origin=origin):
                self.assert_refused(self.ask("POST", "/", {"Origin": origin},
                                             {"Action": "ListQueues"}, host))


class NavigationTest(BrowserTest):
    """Links that a user clicks on another site, a webmail's for instance."""

    def test_a_link_to_the_console_opens_it(self):
        for path in ("/", "/_squire/console"):
            reply = self.assert_served(self.ask("GET", path, NAVIGATION))
            self.assertIn("text/html", reply.headers["content-type"])

    def test_a_link_that_carries_a_token_works(self):
        arn, token = self.pending_subscription()
        self.assert_served(self.ask("GET", self.confirm_link(token), NAVIGATION))
        attributes = self.act("GetSubscriptionAttributes", SubscriptionArn=arn, Version="2010-03-31")
        self.assertIn(b"<key>PendingConfirmation</key><value>false</value>",
                      attributes.body.replace(b"\n", b"").replace(b" ", b""))
        self.assert_served(self.ask("GET", f"/?Action=Unsubscribe&SubscriptionArn={arn}",
                                    NAVIGATION))

    def test_only_a_top_level_navigation_by_get_is_one(self):
        _, token = self.pending_subscription()
        link = self.confirm_link(token)
        for change in ({"Sec-Fetch-Dest": "iframe"}, {"Sec-Fetch-Dest": "image"},
                       {"Sec-Fetch-Mode": "no-cors"}, {"Sec-Fetch-Mode": "cors"}):
            for path in (link, "/", "/_squire/console"):
                with self.subTest(change=change, path=path):
                    self.assert_refused(self.ask("GET", path, {**NAVIGATION, **change}))
        # A form that a page submits.
        self.assert_refused(self.ask("POST", link, {**NAVIGATION, "Origin": PAGE}, b""))
        self.assert_refused(self.ask("POST", link, NAVIGATION, b""))
        self.assert_served(self.ask("GET", link, NAVIGATION))

    def test_a_link_can_do_nothing_else(self):
        for target in (CREATE, "/?Action=ListQueues", "/_squire/queues", "/_squire/export",
                       "/_squire/settings", "/metrics",
                       "/?Action=Subscribe&Protocol=http&Endpoint=http://evil.example&TopicArn="
                       "arn:aws:sns:us-east-1:000000000000:placed",
                       "/?Action=CreateQueue&QueueName=made&Token=abc",
                       "/?Action=ConfirmSubscription&Action=CreateQueue&QueueName=made"):
            with self.subTest(target=target):
                self.assertIn(self.ask("GET", target, NAVIGATION).status, (400, 403))
        self.assertEqual(self.queues(), [])


class AllowedOriginsTest(BrowserTest):
    APP, OTHER = "https://app.example", "http://localhost:3000"
    FLAGS = (*BrowserTest.FLAGS, "--allowed-origins", f"{APP}, {OTHER}")
    ASKED = ("authorization", "content-type", "x-amz-date", "x-amz-target", "x-amz-security-token",
             "x-amz-user-agent", "amz-sdk-invocation-id", "amz-sdk-request")

    def preflight(self, origin, method="POST", target="/", daemon=None):
        return self.ask("OPTIONS", target, {
            "Origin": origin, "Access-Control-Request-Method": method, **CROSS_SITE,
            "Access-Control-Request-Headers": ",".join(self.ASKED)}, daemon=daemon)

    def words(self, reply, header):
        return {word.strip().lower() for word in reply.headers.get(header, "").split(",")}

    def assert_allowed(self, reply, method, origin):
        self.assertIn(reply.status, (200, 204), reply.body)
        self.assertEqual(reply.headers.get("access-control-allow-origin"), origin)
        self.assertIn(method.lower(), self.words(reply, "access-control-allow-methods"))
        self.assertLessEqual(set(self.ASKED), self.words(reply, "access-control-allow-headers"))
        self.assertGreater(int(reply.headers["access-control-max-age"]), 0)

    def test_a_preflight_is_answered(self):
        for origin in (self.APP, self.OTHER):
            self.assert_allowed(self.preflight(origin), "POST", origin)
            self.assert_allowed(self.preflight(origin, target="/000000000000/q"), "POST", origin)
            self.assert_allowed(self.preflight(origin, "DELETE", "/_squire/outbox"), "DELETE", origin)
            self.assert_allowed(self.preflight(origin, "PUT", "/_squire/import"), "PUT", origin)

    def test_a_preflight_of_others_is_refused(self):
        for origin in (PAGE, "null", self.APP + ".evil.example", "http://app.example",
                       self.APP + ":444", "https://evil.app.example"):
            with self.subTest(origin=origin):
                reply = self.preflight(origin)
                self.assert_refused(reply)
                self.assertNotIn("access-control-allow-origin", reply.headers)

    def test_an_allowed_page_reads_the_answer_and_its_headers(self):
        for headers in ({"Origin": self.APP}, {"Origin": self.APP, **CROSS_SITE}):
            for reply in (self.assert_served(self.act("CreateQueue", headers, QueueName="made")),
                          self.act("GetQueueUrl", headers, QueueName="missing")):
                self.assertEqual(reply.headers.get("access-control-allow-origin"), self.APP)
                self.assertIn("origin", self.words(reply, "vary"))
                self.assertLessEqual({"x-amzn-requestid", "x-amzn-query-error"},
                                     self.words(reply, "access-control-expose-headers"))

    def test_an_allowed_page_reads_errors_of_http_too(self):
        reply = self.ask("POST", "/", {"Origin": self.APP, "X-Amz-Target": "AmazonSQS.SendMessage",
                                       "Content-Type": "application/x-amz-json-1.0"}, b"{")
        self.assertEqual(reply.status, 400)
        self.assertEqual(reply.headers.get("access-control-allow-origin"), self.APP)

    def test_who_is_not_allowed_is_refused_and_told_nothing(self):
        reply = self.act("CreateQueue", {"Origin": PAGE}, QueueName="made")
        self.assert_refused(reply)
        self.assertNotIn("access-control-allow-origin", reply.headers)
        self.assertEqual(self.queues(), [])

    def test_what_a_page_sends_without_an_origin_cannot_be_told_apart_and_is_refused(self):
        self.assert_refused(self.ask("GET", CREATE, CROSS_SITE))

    def test_a_request_of_no_page_carries_none_of_these_headers(self):
        reply = self.assert_served(self.act("ListQueues"))
        self.assertFalse([name for name in reply.headers if name.startswith("access-control-")])

    def test_with_signatures_a_preflight_needs_none(self):
        settings = self.directory / "squire.json"
        settings.write_text(json.dumps({
            "auth": "sigv4", "durability": "memory", "allowed_origins": self.APP,
            "keys": [{"access_key": "OWNER", "secret": "s", "account": "000000000000"}]}))
        daemon = self.start("--config", settings, data=self.directory / "other")
        self.assert_allowed(self.preflight(self.APP, daemon=daemon), "POST", self.APP)
        reply = self.ask("POST", "/", {"Origin": self.APP}, {"Action": "ListQueues"}, daemon=daemon)
        self.assertEqual(reply.status, 403)  # unsigned; the page may read why
        self.assertEqual(reply.headers.get("access-control-allow-origin"), self.APP)


class AllowedOriginsSettingTest(BrowserTest):
    def test_what_is_no_origin_is_refused_at_the_start(self):
        for text in ("app.example", "https://app.example/path", "ftp://x y"):
            with self.subTest(text=text):
                self.assert_refuses_to_start(
                    self.launch("--allowed-origins", text, data=self.directory / "other"),
                    "allowed_origins")


if __name__ == "__main__":
    unittest.main()
