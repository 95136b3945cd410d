"""GET /metrics, read by Prometheus' own parser."""

import urllib.request

import pytest

from support import ENDPOINT

parser = pytest.importorskip("prometheus_client.parser")


def families():
    with urllib.request.urlopen(ENDPOINT + "/metrics", timeout=10) as answer:
        return {family.name: family for family in
                parser.text_string_to_metric_families(answer.read().decode())}


def value(family, **labels):
    return sum(sample.value for sample in family.samples
               if labels.items() <= sample.labels.items())


def test_names_and_types_are_as_prometheus_has_them(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="hello")
    found = families()
    types = {name: family.type for name, family in found.items()}
    assert types["squire_requests"] == "counter"
    assert types["squire_request_duration_seconds"] == "histogram"
    assert types["squire_queue_messages"] == "gauge"
    assert types["process_resident_memory_bytes"] == "gauge"
    for family in found.values():
        assert family.documentation, family.name


def test_a_request_is_counted(sqs, queue):
    def sent():
        return value(families()["squire_requests"], action="SendMessage", code="")

    before = sent()
    for _ in range(3):
        sqs.send_message(QueueUrl=queue, MessageBody="hello")
    assert sent() - before >= 3


def test_a_queue_is_a_gauge(sqs, queue):
    name = queue.rsplit("/", 1)[1]
    for _ in range(2):
        sqs.send_message(QueueUrl=queue, MessageBody="hello")
    sqs.receive_message(QueueUrl=queue)
    gauge = families()["squire_queue_messages"]
    assert value(gauge, queue=name, state="visible") == 1
    assert value(gauge, queue=name, state="in_flight") == 1
