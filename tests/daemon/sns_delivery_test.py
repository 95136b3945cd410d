"""Notifications on their way to HTTP and HTTPS endpoints and to Lambda functions."""

import json
import socket
import time

from sns_support import QUEUE, SnsTest, make_certificate, sns, visit
from support import Refused, until


def redrive_to(queue):
    return json.dumps({"deadLetterTargetArn": QUEUE + queue})


def retries(**numbers):
    return json.dumps({"healthyRetryPolicy": {"minDelayTarget": 1, "maxDelayTarget": 1, **numbers}})


class ConfirmationTest(SnsTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.start()
        self.sns = self.client(self.daemon)
        self.topic = self.create_topic(self.sns, "news")
        self.listener = self.endpoint()

    def test_an_endpoint_confirms_by_visiting_the_link(self):
        url = self.listener.url + "/sns?key=1"
        arn = self.subscribe(self.sns, self.topic, "http", url)
        path, headers, body = self.listener.wait_for(1)[0]
        self.assertEqual(path, "/sns?key=1")
        message = json.loads(body)
        self.assertEqual(list(message), [
            "Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp",
            "SignatureVersion", "Signature", "SigningCertURL"])
        self.assertEqual([name for name, _ in headers], [
            "x-amz-sns-message-type", "x-amz-sns-message-id", "x-amz-sns-topic-arn",
            "Content-Length", "Content-Type", "Host", "Connection", "User-Agent", "Accept-Encoding"])
        self.assertEqual(dict(headers)["x-amz-sns-message-type"], "SubscriptionConfirmation")
        self.assertEqual(dict(headers)["x-amz-sns-message-id"], message["MessageId"])
        self.assertIn(arn, visit(message["SubscribeURL"]))
        self.assertIn(arn, visit(message["SubscribeURL"]), "twice is no error")
        shown = sns(self.sns, "ListSubscriptionsByTopic", TopicArn=self.topic)
        self.assertEqual(shown.findtext(".//SubscriptionArn"), arn)

    def test_an_endpoint_confirms_by_the_action(self):
        arn = self.subscribe(self.sns, self.topic, "http", self.listener.url)
        token = json.loads(self.listener.wait_for(1)[0][2])["Token"]
        answer = sns(self.sns, "ConfirmSubscription", TopicArn=self.topic, Token=token)
        self.assertEqual(answer.findtext(".//SubscriptionArn"), arn)
        with self.refused("InvalidParameter", 400):
            sns(self.sns, "ConfirmSubscription", TopicArn=self.topic, Token=token[:-1])

    def test_subscribing_again_asks_again(self):
        for count in (1, 2):
            sns(self.sns, "Subscribe", TopicArn=self.topic, Protocol="http",
                Endpoint=self.listener.url)
            self.listener.wait_for(count)

    def test_whoever_unsubscribes_by_link_can_take_it_back(self):
        arn = self.subscribe_endpoint(self.sns, self.topic, self.listener)
        self.publish(self.sns, self.topic, "one")
        visit(json.loads(self.listener.wait_for(1)[0][2])["UnsubscribeURL"])
        goodbye = json.loads(self.listener.wait_for(2)[1][2])
        self.assertEqual(goodbye["Type"], "UnsubscribeConfirmation")
        self.publish(self.sns, self.topic, "missed")
        self.assertIn(arn, visit(goodbye["SubscribeURL"]))
        self.publish(self.sns, self.topic, "three")
        self.assertEqual(json.loads(self.listener.wait_for(3)[2][2])["Message"], "three")


class DeliveryTest(SnsTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.start()
        self.sns = self.client(self.daemon)
        self.topic = self.create_topic(self.sns, "news")
        self.listener = self.endpoint()
        self.dead = self.sns.create("dead")

    def test_a_notification_has_its_headers_and_fields_in_order(self):
        arn = self.subscribe_endpoint(self.sns, self.topic, self.listener)
        sent = self.publish(self.sns, self.topic, "hello", Subject="Greetings", **{
            "MessageAttributes.entry.1.Name": "store",
            "MessageAttributes.entry.1.Value.DataType": "String",
            "MessageAttributes.entry.1.Value.StringValue": "example"})
        _, headers, body = self.listener.wait_for(1)[0]
        self.assertEqual([name for name, _ in headers], [
            "x-amz-sns-message-type", "x-amz-sns-message-id", "x-amz-sns-topic-arn",
            "x-amz-sns-subscription-arn", "Content-Length", "Content-Type", "Host", "Connection",
            "User-Agent", "Accept-Encoding"])
        values = dict(headers)
        self.assertEqual(values["x-amz-sns-message-type"], "Notification")
        self.assertEqual(values["x-amz-sns-message-id"], sent)
        self.assertEqual(values["x-amz-sns-topic-arn"], self.topic)
        self.assertEqual(values["x-amz-sns-subscription-arn"], arn)
        self.assertEqual(values["Content-Type"], "text/plain; charset=UTF-8")
        self.assertEqual(values["Connection"], "Keep-Alive")
        self.assertEqual(values["User-Agent"], "Amazon Simple Notification Service Agent")
        lines = body.split("\n")
        self.assertEqual(lines[0], "{")
        self.assertEqual(lines[1:6], [
            '  "Type" : "Notification",', f'  "MessageId" : "{sent}",',
            f'  "TopicArn" : "{self.topic}",', '  "Subject" : "Greetings",',
            '  "Message" : "hello",'])
        self.assertEqual(list(json.loads(body))[5:], [
            "Timestamp", "SignatureVersion", "Signature", "SigningCertURL", "UnsubscribeURL",
            "MessageAttributes"])
        self.assertEqual(lines[-4:], ['  "MessageAttributes" : {',
                                      '    "store" : {"Type":"String","Value":"example"}', "  }",
                                      "}"])

    def test_a_raw_notification_is_the_message_itself(self):
        self.subscribe_endpoint(
            self.sns, self.topic, self.listener, RawMessageDelivery="true",
            DeliveryPolicy=json.dumps({"requestPolicy": {"headerContentType": "application/json"}}))
        self.publish(self.sns, self.topic, '{"a":1}')
        _, headers, body = self.listener.wait_for(1)[0]
        self.assertEqual(body, '{"a":1}')
        self.assertEqual(dict(headers)["x-amz-sns-rawdelivery"], "true")
        self.assertEqual(dict(headers)["Content-Type"], "application/json")

    def test_a_server_error_is_tried_again_with_the_same_id(self):
        self.subscribe_endpoint(self.sns, self.topic, self.listener,
                                DeliveryPolicy=retries(numRetries=3, numNoDelayRetries=2))
        self.listener.script = [500, 503, 429]
        sent = self.publish(self.sns, self.topic, "hello")
        requests = self.listener.wait_for(4)
        self.assertEqual({dict(headers)["x-amz-sns-message-id"] for _, headers, _ in requests},
                         {sent})
        self.assertEqual(len(set(self.listener.bodies())), 1)

    def test_a_client_error_is_a_dead_letter_at_once(self):
        self.subscribe_endpoint(self.sns, self.topic, self.listener, RawMessageDelivery="true",
                                RedrivePolicy=redrive_to("dead"))
        self.listener.script = [404]
        self.publish(self.sns, self.topic, "hello")
        self.assertEqual(until(lambda: self.sns.bodies(self.dead)), ["hello"])
        self.assertEqual(len(self.listener.requests), 1)

    def test_exhausted_retries_are_a_dead_letter(self):
        self.subscribe_endpoint(self.sns, self.topic, self.listener,
                                DeliveryPolicy=retries(numRetries=2, numNoDelayRetries=2),
                                RedrivePolicy=redrive_to("dead"))
        self.listener.script = [500, 503, 500]
        self.publish(self.sns, self.topic, "hello")
        bodies = until(lambda: self.sns.bodies(self.dead))
        self.assertEqual(json.loads(bodies[0])["Message"], "hello")
        self.assertEqual(len(self.listener.requests), 3)

    def test_a_redirect_is_not_followed(self):
        self.subscribe_endpoint(self.sns, self.topic, self.listener, RawMessageDelivery="true",
                                RedrivePolicy=redrive_to("dead"))
        self.listener.script = [302]
        self.publish(self.sns, self.topic, "hello")
        self.assertEqual(until(lambda: self.sns.bodies(self.dead)), ["hello"])
        self.assertEqual([path for path, _, _ in self.listener.requests], ["/sns"])

    def test_hanging_refusing_and_resetting_endpoints_delay_nobody_else(self):
        slow = self.endpoint()
        self.subscribe_endpoint(self.sns, self.topic, slow)
        self.subscribe_endpoint(self.sns, self.topic, self.listener, RawMessageDelivery="true")
        slow.script = ["hang"] * 40 + ["reset"] * 40
        with socket.create_server(("127.0.0.1", 0)) as taken:
            nobody = taken.getsockname()[1]
        self.subscribe(self.sns, self.topic, "http", f"http://127.0.0.1:{nobody}/")
        started = time.monotonic()
        for number in range(50):
            self.publish(self.sns, self.topic, str(number))
        self.listener.wait_for(50)
        self.assertLess(time.monotonic() - started, 5)
        self.assertEqual(sorted(self.listener.bodies(), key=int), [str(i) for i in range(50)])

    def test_connections_are_kept_and_bounded(self):
        self.subscribe_endpoint(self.sns, self.topic, self.listener, RawMessageDelivery="true")
        before = self.listener.connections
        for number in range(300):
            self.publish(self.sns, self.topic, str(number))
        self.listener.wait_for(300)
        self.assertLessEqual(self.listener.connections - before, 32)

    def test_a_throttle_policy_slows_down_one_endpoint(self):
        self.subscribe_endpoint(
            self.sns, self.topic, self.listener, RawMessageDelivery="true",
            DeliveryPolicy=json.dumps({"throttlePolicy": {"maxReceivesPerSecond": 5}}))
        started = time.monotonic()
        for number in range(6):
            self.publish(self.sns, self.topic, str(number))
        self.listener.wait_for(6)
        self.assertGreater(time.monotonic() - started, 0.9)

    def test_unsubscribing_ends_it(self):
        arn = self.subscribe_endpoint(self.sns, self.topic, self.listener)
        sns(self.sns, "Unsubscribe", SubscriptionArn=arn)
        self.publish(self.sns, self.topic, "hello")
        with self.refused("NotFound", 404):
            sns(self.sns, "GetSubscriptionAttributes", SubscriptionArn=arn)
        self.assertEqual(self.listener.requests, [])


class HttpsTest(SnsTest):
    def deliver(self, *flags):
        """Whether a notification reached an HTTPS endpoint with a self-signed certificate."""
        listener = self.endpoint(certificate=make_certificate(self.directory))
        daemon = self.start(*flags)
        client = self.client(daemon)
        topic = self.create_topic(client, "news")
        self.subscribe(client, topic, "https", listener.url + "/sns")
        arrived = until(lambda: listener.requests, timeout=2)
        return bool(arrived)

    def test_a_certificate_nobody_vouches_for_is_refused(self):
        self.assertFalse(self.deliver())

    def test_it_is_accepted_if_nobody_looks(self):
        self.assertTrue(self.deliver("--delivery-verify-tls", "false"))

    def test_it_is_accepted_if_it_is_among_the_roots(self):
        certificate = make_certificate(self.directory)
        listener = self.endpoint(certificate=certificate)
        client = self.client(self.start("--delivery-ca-file", certificate))
        topic = self.create_topic(client, "news")
        self.subscribe_endpoint(client, topic, listener)
        self.publish(client, topic, "hello")
        self.assertEqual(json.loads(listener.wait_for(1)[0][2])["Message"], "hello")

    def test_another_hosts_certificate_is_refused(self):
        certificate = make_certificate(self.directory)
        listener = self.endpoint(certificate=certificate)
        client = self.client(self.start("--delivery-ca-file", certificate))
        topic = self.create_topic(client, "news")
        self.subscribe(client, topic, "https", listener.url.replace("localhost", "127.0.0.1"))
        self.assertFalse(until(lambda: listener.requests, timeout=1))


class ConfinementTest(SnsTest):
    def test_an_endpoint_where_deliveries_may_not_go_is_never_reached(self):
        daemon = self.start("--delivery-denied-networks", "private")
        client = self.client(daemon)
        url = f"http://127.0.0.1:{daemon.port}"
        topic, dead, listener = self.create_topic(client, "news"), client.create("dead"), self.endpoint()
        arn = self.subscribe(client, topic, "http", listener.url, RawMessageDelivery="true",
                             RedrivePolicy=redrive_to("dead"))
        token = json.loads(visit(f"{url}/_aws/sns/subscription-tokens/{arn}"))["subscription_token"]
        sns(client, "ConfirmSubscription", TopicArn=topic, Token=token)
        message = self.publish(client, topic, "hello")
        self.assertEqual(until(lambda: client.bodies(dead)), ["hello"])
        self.assertEqual(listener.connections, 0)
        story = json.loads(visit(f"{url}/_squire/messages/{message}"))["events"]
        [given_up] = [event for event in story if event["event"] == "givenUp"]
        self.assertIn("delivery_denied_networks", given_up["detail"])

    def test_what_is_no_network_stops_the_start(self):
        self.assert_refuses_to_start(
            self.launch("--delivery-allowed-networks", "10.0.0.0/8, here"), "here",
            "delivery_allowed_networks")


class LambdaTest(SnsTest):
    def test_a_function_gets_an_event_of_one_record(self):
        runtime = self.endpoint()
        config = self.directory / "squire.json"
        config.write_text(json.dumps({"functions": {"resize": runtime.url}}))
        client = self.client(self.start("--config", config))
        topic = self.create_topic(client, "images")
        arn = self.subscribe(client, topic, "lambda",
                             "arn:aws:lambda:us-east-1:000000000000:function:resize")
        sent = self.publish(client, topic, "hello")
        path, headers, body = runtime.wait_for(1)[0]
        self.assertEqual(path, "/2015-03-31/functions/function/invocations")
        record = json.loads(body)["Records"][0]
        self.assertEqual(list(record), ["EventSource", "EventVersion", "EventSubscriptionArn",
                                        "Sns"])
        self.assertEqual(record["EventSubscriptionArn"], arn)
        self.assertEqual(list(record["Sns"]), [
            "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion",
            "Signature", "SigningCertUrl", "UnsubscribeUrl", "MessageAttributes"])
        self.assertEqual(record["Sns"]["MessageId"], sent)
        self.assertIsNone(record["Sns"]["Subject"])
        self.assertEqual(record["Sns"]["MessageAttributes"], {})


class OutboxTest(SnsTest):
    def outbox(self, daemon, query=""):
        return json.loads(visit(f"http://127.0.0.1:{daemon.port}/_squire/outbox{query}"))

    def test_what_cannot_leave_is_kept_also_through_a_restart(self):
        daemon = self.start()
        client = self.client(daemon)
        topic = self.create_topic(client, "news", DisplayName="Shop")
        self.subscribe(client, topic, "sms", "+15551234567")
        self.subscribe(client, topic, "email", "me@example.com")
        link = self.outbox(daemon, "?protocol=email")["entries"][0]["body"].split("\n")[-2]
        visit(link)
        self.publish(client, topic, "hello", Subject="Greetings")
        sns(client, "Publish", PhoneNumber="+15550000000", Message="you")
        daemon.kill()
        daemon = self.start()
        sms = self.outbox(daemon, "?protocol=sms")["entries"]
        self.assertEqual([(entry["endpoint"], entry["body"]) for entry in sms],
                         [("+15551234567", "Shop> hello"), ("+15550000000", "you")])
        email = self.outbox(daemon, "?protocol=email")["entries"]
        self.assertEqual(email[1]["subject"], "Greetings")
        self.assertTrue(email[1]["body"].startswith("hello\n"))
        self.assertEqual(self.outbox(daemon, "?limit=1")["count"], 4)
        with self.client(daemon) as client:
            client.send(b"DELETE /_squire/outbox HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(client.read_reply().status, 200)
        self.assertEqual(self.outbox(daemon)["entries"], [])


class DeclarationTest(SnsTest):
    def test_declared_topics_exist_with_their_subscriptions(self):
        config = self.directory / "squire.json"
        config.write_text(json.dumps({
            "queues": [{"name": "all"}, {"name": "eu"}],
            "topics": [{"name": "orders", "attributes": {"DisplayName": "Shop"},
                        "tags": {"team": "shop"},
                        "subscriptions": [
                            {"queue": "all", "attributes": {"RawMessageDelivery": True}},
                            {"queue": "eu", "attributes": {
                                "RawMessageDelivery": True, "FilterPolicyScope": "MessageBody",
                                "FilterPolicy": {"region": [{"prefix": "eu"}]}}}]}]}))
        topic = "arn:aws:sns:us-east-1:000000000000:orders"
        for _ in range(2):  # the second time they are there
            daemon = self.start("--config", config)
            client = self.client(daemon)
            self.publish(client, topic, '{"region":"us"}')
            self.publish(client, topic, '{"region":"eu-1"}')
            url = "http://x/000000000000/"
            self.assertEqual(client.bodies(url + "all"), ['{"region":"eu-1"}', '{"region":"us"}'])
            self.assertEqual(client.bodies(url + "eu"), ['{"region":"eu-1"}'])
            daemon.stop()

    def test_a_topic_that_cannot_be_stops_the_start(self):
        config = self.directory / "squire.json"
        config.write_text(json.dumps({"topics": [{"name": "a b"}]}))
        self.assert_refuses_to_start(self.launch("--config", config), 'topic "a b"', "Topic Name")


class FilterTest(SnsTest):
    def test_each_message_reaches_who_asked_for_it(self):
        client = self.client(self.start())
        topic = self.create_topic(client, "orders")
        policies = {
            "EUOrders": {"location": [{"prefix": "eu"}],
                         "quantity": [{"numeric": [">", 0, "<", 100]}]},
            "LargeEUOrders": {"location": [{"prefix": "eu"}],
                              "quantity": [{"numeric": [">=", 100]}]},
            "LargeOtherOrders": {"quantity": [{"numeric": [">=", 100]}]}}
        queues = {}
        for name, policy in policies.items():
            queues[name] = client.create(name)
            self.subscribe_queue(client, topic, name, FilterPolicyScope="MessageBody",
                                 FilterPolicy=json.dumps(policy))
        for order in ({"location": "eu zone 1", "country": "Germany", "quantity": 34},
                      {"location": "eu zone 2", "country": "Spain", "quantity": 111},
                      {"location": "us-west", "state": "OH", "quantity": 222},
                      {"location": "us-east", "state": "NY", "quantity": 33}):
            self.publish(client, topic, json.dumps(order))
        got = {name: [json.loads(body).get("country") or json.loads(body)["state"]
                      for body in client.bodies(url)] for name, url in queues.items()}
        self.assertEqual(got, {"EUOrders": ["Germany"], "LargeEUOrders": ["Spain"],
                               "LargeOtherOrders": ["Spain", "OH"]})

    def test_a_bad_policy_is_refused(self):
        client = self.client(self.start())
        topic = self.create_topic(client, "orders")
        with self.assertRaises(Refused):
            self.subscribe_queue(client, topic, "q", FilterPolicy='{"a":"b"}')
