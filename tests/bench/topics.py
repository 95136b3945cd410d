"""Sets up the topics that tests/bench/run publishes to. Usage: topics.py port [endpoint-port]

one, ten: topics with so many raw queues. enveloped: with the queue of that name, not raw. few, many: with 10 and 10,000 filtered subscriptions, of
which 10 match. push, if there is an endpoint-port: with one raw HTTP endpoint there, confirmed.
"""

import http.client
import http.server
import json
import sys
import threading
import urllib.parse
import urllib.request

TOPIC = "arn:aws:sns:us-east-1:000000000000:"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:"
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))


def call(version, **parameters):
    connection.request("POST", "/", urllib.parse.urlencode({"Version": version, **parameters}),
                       {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    body = answer.read().decode()
    assert answer.status == 200, body
    return body


def subscribe(topic, protocol, endpoint, **attributes):
    entries = {}
    for index, (name, value) in enumerate({"RawMessageDelivery": "true", **attributes}.items(), 1):
        entries[f"Attributes.entry.{index}.key"] = name
        entries[f"Attributes.entry.{index}.value"] = value
    call("2010-03-31", Action="Subscribe", TopicArn=TOPIC + topic, Protocol=protocol,
         Endpoint=endpoint, **entries)


def confirm_endpoint(port):
    """Answers the request to confirm in the place of the server that will listen there."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            urllib.request.urlopen(message["SubscribeURL"]).read()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        subscribe("push", "http", f"http://127.0.0.1:{port}/")
        thread.join()


for name in ("one", "ten", "enveloped", "few", "many", "push"):
    call("2010-03-31", Action="CreateTopic", Name=name)
for number in range(10):
    call("2012-11-05", Action="CreateQueue", QueueName=f"q{number}")
    subscribe("ten", "sqs", QUEUE + f"q{number}")
    for topic in ("few", "many"):
        subscribe(topic, "sqs", QUEUE + f"q{number}", FilterPolicy='{"customer":["7"]}')
subscribe("one", "sqs", QUEUE + "q0")
call("2012-11-05", Action="CreateQueue", QueueName="enveloped")
subscribe("enveloped", "sqs", QUEUE + "enveloped", RawMessageDelivery="false")
for number in range(10, 10_000):
    subscribe("many", "sqs", QUEUE + f"q{number}", FilterPolicy=f'{{"customer":["x{number}"]}}')
if len(sys.argv) > 2:
    confirm_endpoint(int(sys.argv[2]))
