"""Signatures, policies and the admin token, as clients meet them with auth: sigv4."""

import datetime
import json
import urllib.error
import urllib.parse
import urllib.request

import boto3
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from sns_support import Endpoint, visit
from support import DaemonTest, until

OWNER, PARTNER = "000000000000", "111122223333"
TOKEN = "a secret, with a comma"


def allow(*actions, resource="*"):
    return {"Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": list(actions), "Resource": resource}}


KEYS = [
    {"access_key": "OWNER", "secret": "s1", "account": OWNER},
    {"access_key": "SENDER", "secret": "s2", "account": OWNER, "user": "sender",
     "policy": allow("sqs:SendMessage", "sqs:GetQueueUrl")},
    {"access_key": "PARTNER", "secret": "s3", "account": PARTNER},
    {"access_key": "SESSION", "secret": "s4", "account": OWNER, "user": "guest",
     "session_token": "a token"},
    {"access_key": "PAST", "secret": "s5", "account": OWNER, "user": "guest",
     "expires": "2020-01-01T00:00:00Z"},
]


def resource_policy(**elements):
    return json.dumps({"Version": "2012-10-17",
                       "Statement": [{"Effect": "Allow", "Resource": "*", **elements}]})


class Call:
    """A request signed by hand, so that anything about it can be wrong."""

    def __init__(self, daemon, body, secret="s1", access_key="OWNER", service="sqs", when=None,
                 target=None):
        url = f"http://127.0.0.1:{daemon.port}/"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if target:
            headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target}
        request = AWSRequest("POST", url, headers=headers, data=body)
        auth = botocore.auth.SigV4Auth(Credentials(access_key, secret), service, "us-east-1")
        moment = (when or datetime.datetime.now(datetime.timezone.utc)).strftime("%Y%m%dT%H%M%SZ")
        request.context["timestamp"] = moment
        request.headers["X-Amz-Date"] = moment
        canonical = auth.canonical_request(request)
        signature = auth.signature(auth.string_to_sign(request, canonical), request)
        signed = auth.signed_headers(auth.headers_to_sign(request))
        request.headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, SignedHeaders={signed}, "
            f"Signature={signature}")
        self.url, self.headers, self.body = url, dict(request.headers.items()), body

    def send(self):
        """Status and body."""
        request = urllib.request.Request(self.url, self.body.encode(), self.headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


def get(url, **headers):
    """Status, headers and body."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as got:
            return got.status, got.headers, got.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


class AccessTest(DaemonTest):
    def setUp(self):
        super().setUp()
        self.settings = self.directory / "squire.json"
        self.settings.write_text(json.dumps({"auth": "sigv4", "keys": KEYS, "admin_token": TOKEN,
                                             "durability": "memory"}))
        self.daemon = self.start("--config", self.settings)
        self.url = f"http://127.0.0.1:{self.daemon.port}"

    def sdk(self, service, access_key="OWNER", secret=None, token=None):
        known = {key["access_key"]: key["secret"] for key in KEYS}
        client = boto3.client(
            service, endpoint_url=self.url, region_name="us-east-1",
            aws_access_key_id=access_key, aws_secret_access_key=secret or known[access_key],
            aws_session_token=token, config=Config(retries={"max_attempts": 0}))
        self.addCleanup(client.close)
        return client

    def refused_by(self, code, call, **parameters):
        with self.assertRaises(ClientError) as caught:
            call(**parameters)
        self.assertEqual(caught.exception.response["Error"]["Code"], code, caught.exception)
        return caught.exception.response["Error"]["Message"]

    def queue(self, name="q", **attributes):
        sqs = self.sdk("sqs")
        return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def bodies(self, queue):
        got = self.sdk("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        return [message["Body"] for message in got.get("Messages", [])]


class SignatureTest(AccessTest):
    def test_an_sdk_with_the_right_key_does_its_work(self):
        sqs, sns = self.sdk("sqs"), self.sdk("sns")
        queue = self.queue()
        sqs.send_message(QueueUrl=queue, MessageBody="hello \u96ea & more",
                         MessageAttributes={"a": {"DataType": "String", "StringValue": "b c"}})
        sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": "second"}])
        got = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
        self.assertEqual(sorted(m["Body"] for m in got), ["hello \u96ea & more", "second"])
        for message in got:
            sqs.change_message_visibility(QueueUrl=queue, VisibilityTimeout=60,
                                          ReceiptHandle=message["ReceiptHandle"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        sqs.tag_queue(QueueUrl=queue, Tags={"team": "blue"})
        sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])
        self.assertEqual(sqs.list_queues()["QueueUrls"], [queue])
        topic = sns.create_topic(Name="t", Tags=[{"Key": "team", "Value": "blue"}])["TopicArn"]
        sns.publish(TopicArn=topic, Message="hello", Subject="* \u96ea +")
        sns.publish_batch(TopicArn=topic,
                          PublishBatchRequestEntries=[{"Id": "1", "Message": "hello"}])
        sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="x y")
        self.assertEqual(sns.list_topics()["Topics"], [{"TopicArn": topic}])
        sns.delete_topic(TopicArn=topic)
        sqs.delete_queue(QueueUrl=queue)

    def test_the_account_is_that_of_the_key(self):
        url = self.sdk("sqs", "PARTNER").create_queue(QueueName="q")["QueueUrl"]
        self.assertIn(f"/{PARTNER}/q", url)

    def test_both_protocols_are_verified(self):
        for body, target in (("Action=ListQueues&Version=2012-11-05", None),
                             ("{}", "AmazonSQS.ListQueues")):
            with self.subTest(target=target):
                status, answer = Call(self.daemon, body, target=target).send()
                self.assertEqual(status, 200, answer)
                status, answer = Call(self.daemon, body, target=target, secret="guessed").send()
                self.assertEqual(status, 403)
                self.assertIn("The request signature we calculated does not match", answer)
                self.assertRegex(answer, "SignatureDoesNotMatch|#InvalidSignatureException")

    def test_a_wrong_secret_and_an_unknown_key(self):
        self.refused_by("SignatureDoesNotMatch", self.sdk("sqs", secret="guessed").list_queues)
        self.refused_by("SignatureDoesNotMatch", self.sdk("sns", secret="guessed").list_topics)
        for service in ("sqs", "sns"):
            client = self.sdk(service, "STRANGER", secret="s1")
            call = client.list_queues if service == "sqs" else client.list_topics
            message = self.refused_by("InvalidClientTokenId", call)
            self.assertEqual(message, "The security token included in the request is invalid.")

    def test_an_unsigned_request(self):
        status, _, body = get(self.url + "/?Action=ListQueues&Version=2012-11-05")
        self.assertEqual(status, 403)
        self.assertIn("<Code>MissingAuthenticationToken</Code>", body)

    def test_a_changed_body(self):
        call = Call(self.daemon, "Action=CreateQueue&QueueName=q1")
        call.body = call.body.replace("q1", "q2")
        status, body = call.send()
        self.assertEqual(status, 403)
        self.assertIn("SignatureDoesNotMatch", body)
        self.assertNotIn("QueueUrls", self.sdk("sqs").list_queues())

    def test_a_changed_action(self):
        call = Call(self.daemon, "{}", target="AmazonSQS.ListQueues")
        call.headers["X-Amz-Target"] = "AmazonSQS.CreateQueue"
        self.assertEqual(call.send()[0], 403)

    def test_dates_too_far_away(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        for minutes, text in ((-16, "Signature expired: .* is now earlier than"),
                              (16, "Signature not yet current: .* is still later than")):
            status, body = Call(self.daemon, "Action=ListQueues",
                                when=now + datetime.timedelta(minutes=minutes)).send()
            self.assertEqual(status, 403)
            self.assertRegex(body, text)
        for minutes in (-14, 14):
            status, body = Call(self.daemon, "Action=ListQueues",
                                when=now + datetime.timedelta(minutes=minutes)).send()
            self.assertEqual(status, 200, body)

    def test_a_presigned_url_works_until_it_expires(self):
        auth = botocore.auth.SigV4QueryAuth(Credentials("OWNER", "s1"), "sqs", "us-east-1",
                                            expires=2)
        query = urllib.parse.urlencode({"Action": "CreateQueue", "QueueName": "presigned"})
        request = AWSRequest("GET", f"{self.url}/?{query}")
        auth.add_auth(request)
        status, _, body = get(request.url)
        self.assertEqual(status, 200, body)
        altered = get(request.url.replace("presigned", "altered"))
        self.assertEqual(altered[0], 403)
        self.assertIn("SignatureDoesNotMatch", altered[2])
        expired = until(lambda: (got := get(request.url))[0] != 200 and got, pause=0.2)
        self.assertEqual(expired[0], 400)
        self.assertIn("<Code>RequestExpired</Code>", expired[2])

    def test_a_session_token_must_be_right(self):
        self.sdk("sqs", "SESSION", token="a token").list_queues()
        for token in (None, "another"):
            self.refused_by("InvalidClientTokenId",
                            self.sdk("sqs", "SESSION", token=token).list_queues)
        self.refused_by("InvalidClientTokenId", self.sdk("sqs", "OWNER", token="a").list_queues)

    def test_a_key_may_have_expired(self):
        self.refused_by("ExpiredToken", self.sdk("sqs", "PAST").list_queues)

    def test_a_service_is_signed_for_itself(self):
        status, body = Call(self.daemon, "Action=ListTopics&Version=2010-03-31").send()
        self.assertEqual(status, 403)
        self.assertIn("Credential should be scoped to correct service: &apos;sns&apos;.",
                      body.replace("'", "&apos;"))


class PolicyTest(AccessTest):
    def test_a_users_policy_says_what_he_may(self):
        queue = self.queue()
        sender = self.sdk("sqs", "SENDER")
        sender.send_message(QueueUrl=queue, MessageBody="hello")
        message = self.refused_by("AccessDenied", sender.receive_message, QueueUrl=queue)
        self.assertEqual(message, (
            f"User: arn:aws:iam::{OWNER}:user/sender is not authorized to perform: "
            f"sqs:receivemessage on resource: arn:aws:sqs:us-east-1:{OWNER}:q because no "
            "identity-based policy allows the sqs:receivemessage action"))
        message = self.refused_by("AuthorizationError", self.sdk("sns", "SENDER").list_topics)
        self.assertEqual(message, (
            f"User: arn:aws:iam::{OWNER}:user/sender is not authorized to perform: "
            f"SNS:ListTopics on resource: arn:aws:sns:us-east-1:{OWNER}:* because no "
            "identity-based policy allows the SNS:ListTopics action"))

    def test_another_account_needs_the_queues_policy(self):
        queue = self.queue()
        partner = self.sdk("sqs", "PARTNER")
        self.refused_by("AccessDenied", partner.send_message, QueueUrl=queue, MessageBody="no")
        self.sdk("sqs").add_permission(QueueUrl=queue, Label="partner", AWSAccountIds=[PARTNER],
                                       Actions=["SendMessage"])
        partner.send_message(QueueUrl=queue, MessageBody="yes")
        self.refused_by("AccessDenied", partner.receive_message, QueueUrl=queue)
        self.sdk("sqs").remove_permission(QueueUrl=queue, Label="partner")
        self.refused_by("AccessDenied", partner.send_message, QueueUrl=queue, MessageBody="no")
        self.assertEqual(self.bodies(queue), ["yes"])

    def test_a_deny_is_for_the_owner_too(self):
        queue = self.queue(Policy=resource_policy(Effect="Deny", Principal="*",
                                                  Action="sqs:SendMessage"))
        message = self.refused_by("AccessDenied", self.sdk("sqs").send_message, QueueUrl=queue,
                                  MessageBody="no")
        self.assertIn("with an explicit deny in a resource-based policy", message)

    def test_everyone_may_where_a_policy_says_so(self):
        self.queue(Policy=resource_policy(Principal="*", Action="sqs:SendMessage"))
        status, _, body = get(
            f"{self.url}/{OWNER}/q?Action=SendMessage&MessageBody=hello&Version=2012-11-05")
        self.assertEqual(status, 200, body)
        self.assertEqual(get(f"{self.url}/{OWNER}/q?Action=ReceiveMessage")[0], 403)

    def test_the_clients_address_counts(self):
        def only(network):
            return resource_policy(Principal={"AWS": PARTNER}, Action="sqs:*",
                                   Condition={"IpAddress": {"aws:SourceIp": network}})

        queue = self.queue(Policy=only("127.0.0.0/8"))
        partner = self.sdk("sqs", "PARTNER")
        partner.send_message(QueueUrl=queue, MessageBody="yes")
        self.sdk("sqs").set_queue_attributes(QueueUrl=queue,
                                             Attributes={"Policy": only("10.0.0.0/8")})
        self.refused_by("AccessDenied", partner.send_message, QueueUrl=queue, MessageBody="no")

    def test_topics_have_policies(self):
        sns, partner = self.sdk("sns"), self.sdk("sns", "PARTNER")
        topic = sns.create_topic(Name="t")["TopicArn"]
        message = self.refused_by("AuthorizationError", partner.publish, TopicArn=topic,
                                  Message="no")
        self.assertEqual(message, (
            f"User: arn:aws:iam::{PARTNER}:root is not authorized to perform: SNS:Publish on "
            f"resource: {topic} because no resource-based policy allows the SNS:Publish action"))
        default = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=default)
        self.refused_by("AuthorizationError", partner.publish, TopicArn=topic, Message="no")
        sns.add_permission(TopicArn=topic, Label="p", AWSAccountId=[PARTNER], ActionName=["Publish"])
        partner.publish(TopicArn=topic, Message="yes")
        self.refused_by("AuthorizationError", partner.get_topic_attributes, TopicArn=topic)
        sns.get_topic_attributes(TopicArn=topic)

    def test_a_topics_policy_may_choose_protocols(self):
        topic = self.sdk("sns").create_topic(Name="t", Attributes={"Policy": resource_policy(
            Principal={"AWS": PARTNER}, Action="sns:Subscribe",
            Condition={"StringEquals": {"sns:Protocol": "sqs"}})})["TopicArn"]
        partner = self.sdk("sns", "PARTNER")
        self.refused_by("AuthorizationError", partner.subscribe, TopicArn=topic, Protocol="email",
                        Endpoint="eve@example.com")
        arn = partner.subscribe(TopicArn=topic, Protocol="sqs", ReturnSubscriptionArn=True,
                                Endpoint=f"arn:aws:sqs:us-east-1:{PARTNER}:q")["SubscriptionArn"]
        self.assertEqual(
            partner.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["Owner"],
            PARTNER, "a subscription is its subscriber's")
        partner.unsubscribe(SubscriptionArn=arn)


class FanOutTest(AccessTest):
    def setUp(self):
        super().setUp()
        self.sns = self.sdk("sns")
        self.topic = self.sns.create_topic(Name="t")["TopicArn"]

    def subscribe(self, name, **attributes):
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs",
                           Endpoint=f"arn:aws:sqs:us-east-1:{OWNER}:{name}",
                           Attributes={"RawMessageDelivery": "true", **attributes})

    def from_topic(self, topic=None, **elements):
        return resource_policy(Principal={"Service": "sns.amazonaws.com"},
                               Action="sqs:SendMessage",
                               Condition={"ArnEquals": {"aws:SourceArn": topic or self.topic},
                                          "StringEquals": {"aws:SourceAccount": OWNER}})

    def test_a_queue_must_let_the_topic_in(self):
        queues = {
            "closed": self.queue("closed"),
            "open": self.queue("open", Policy=self.from_topic()),
            "other": self.queue("other", Policy=self.from_topic(self.topic + "2")),
            "everyone": self.queue("everyone", Policy=resource_policy(
                Principal="*", Action="sqs:SendMessage")),
        }
        for name in queues:
            self.subscribe(name)
        self.sns.publish(TopicArn=self.topic, Message="hello")
        got = {name: self.bodies(queue) for name, queue in queues.items()}
        self.assertEqual(got, {"closed": [], "open": ["hello"], "other": [],
                               "everyone": ["hello"]})

    def test_what_a_queue_refuses_goes_to_the_dead_letters(self):
        dead = self.queue("dead", Policy=self.from_topic())
        closed = self.queue("closed")
        redrive = {"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{OWNER}:dead"}
        self.subscribe("closed", RedrivePolicy=json.dumps(redrive))
        self.sns.publish(TopicArn=self.topic, Message="refused")
        self.assertEqual(self.bodies(closed), [])
        self.assertEqual(self.bodies(dead), ["refused"])

    def test_a_queue_may_be_opened_later(self):
        queue = self.queue("q")
        self.subscribe("q")
        self.sns.publish(TopicArn=self.topic, Message="lost")
        self.sdk("sqs").set_queue_attributes(QueueUrl=queue,
                                             Attributes={"Policy": self.from_topic()})
        self.sns.publish(TopicArn=self.topic, Message="kept")
        self.assertEqual(self.bodies(queue), ["kept"])

    def test_links_in_messages_need_no_signature(self):
        listener = Endpoint()
        self.addCleanup(listener.close)
        self.sns.subscribe(TopicArn=self.topic, Protocol="http", Endpoint=listener.url)
        confirm = json.loads(listener.wait_for(1)[0][2])
        self.assertIn("ConfirmSubscriptionResult", visit(confirm["SubscribeURL"].replace(
            "localhost", "127.0.0.1")))
        self.sns.publish(TopicArn=self.topic, Message="hello")
        message = json.loads(listener.wait_for(2)[1][2])
        self.assertEqual(message["Message"], "hello")
        self.assertIn("BEGIN CERTIFICATE", visit(message["SigningCertURL"]))
        self.assertIn("UnsubscribeResponse", visit(message["UnsubscribeURL"]))


class AdminTokenTest(AccessTest):
    def test_the_token_opens_the_admin_paths(self):
        status, headers, body = get(self.url + "/_squire/outbox")
        self.assertEqual((status, headers["WWW-Authenticate"]), (401, "Bearer"))
        self.assertIn("admin_token", json.loads(body)["message"])
        self.assertEqual(get(self.url + "/_squire/outbox", Authorization="Bearer wrong")[0], 401)
        self.assertEqual(get(self.url + "/_squire/outbox", Authorization=f"Bearer {TOKEN}")[0], 200)
        self.assertEqual(get(self.url + "/_squire/health")[0], 200)

    def test_the_token_may_do_everything_as_any_account(self):
        self.queue("mine", Policy=resource_policy(Effect="Deny", Principal="*", Action="*"))
        url = f"{self.url}/{OWNER}/mine?Action=GetQueueAttributes&AttributeName.1=All"
        self.assertEqual(get(url, Authorization=f"Bearer {TOKEN}")[0], 200)
        scope = f"Bearer {TOKEN}, Credential={PARTNER}/-/eu-west-1/sqs/-"
        body = get(self.url + "/?Action=CreateQueue&QueueName=theirs", Authorization=scope)[2]
        self.assertIn(f"/{PARTNER}/theirs", body)
        self.assertEqual(get(url, Authorization="Bearer wrong")[0], 400)


class StartTest(DaemonTest):
    def write(self, name, content):
        path = self.directory / name
        path.write_text(json.dumps(content))
        return path

    def test_without_keys_it_does_not_start(self):
        self.assert_refuses_to_start(self.launch("--auth", "sigv4"), "auth", "keys", "keys_file")

    def test_keys_may_stand_in_a_file_of_their_own(self):
        keys = self.write("keys.json", KEYS)
        self.start("--auth", "sigv4", "--keys-file", keys)

    def test_a_wrong_key_is_named_and_its_secret_is_not(self):
        good = {"access_key": "A", "secret": "very secret", "account": OWNER}
        for wrong, words in (({"account": "1"}, ["keys[0].account", "12 digits"]),
                             ({"secret": ""}, ["keys[0].secret"]),
                             ({"access_key": "a/b"}, ["keys[0].access_key"]),
                             ({"expires": "soon"}, ["keys[0].expires"]),
                             ({"colour": "red"}, ["keys[0].colour"]),
                             ({"policy": {"Statement": {}}}, ["keys[0].policy", "Effect"])):
            with self.subTest(wrong=wrong):
                keys = self.write("keys.json", [{**good, **wrong}])
                said = self.assert_refuses_to_start(self.launch("--keys-file", keys), *words)
                self.assertNotIn("very secret", said)
        twice = self.write("keys.json", [good, good])
        self.assert_refuses_to_start(self.launch("--keys-file", twice), "keys[1]", "twice")

    def test_broken_json_does_not_print_a_secret(self):
        path = self.directory / "keys.json"
        path.write_text('[{"access_key": "A", "secret": "very secret" "account"}]')
        said = self.assert_refuses_to_start(self.launch("--keys-file", path), path, "JSON")
        self.assertNotIn("secret", said.replace(str(path), ""))
