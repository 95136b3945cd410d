"""GET /metrics, read by Prometheus' own parser."""

import json
import pathlib
import re
import urllib.request

import pytest

from support import ENDPOINT

parser = pytest.importorskip("prometheus_client.parser")


DASHBOARD = pathlib.Path(__file__).parents[3] / "docker/grafana/dashboard.json"


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


# ---- the dashboard of docker/grafana asks for what there is


def panels():
    return json.loads(DASHBOARD.read_text())["panels"]


def expressions():
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def test_every_panel_has_a_name_a_unit_and_an_id_of_its_own():
    assert len({panel["id"] for panel in panels()}) == len(panels()) > 10
    for panel in panels():
        assert panel["title"] and panel["description"] and panel["fieldConfig"]["defaults"]["unit"]
        assert panel["targets"], panel["title"]


def test_every_metric_and_label_of_the_dashboard_is_there(sqs, queue, topic):
    sqs.send_message(QueueUrl=queue, MessageBody="hello")
    labels = {}
    for family in families().values():
        for sample in family.samples:
            labels.setdefault(sample.name, set()).update(sample.labels)
    for expression in expressions():
        names = re.findall(r"\b(?:squire|process)_\w+", expression)
        assert names, expression
        known = {"le"}
        for name in names:
            assert name in labels, f"{name} in {expression}"
            known |= labels[name]
        grouped = ",".join(re.findall(r"\bby \(([^)]*)\)", expression))
        matched = re.findall(r"(\w+)(?:=|!=)\"", expression)
        for label in [*filter(None, re.split(r"[ ,]+", grouped)), *matched]:
            assert label in known, f"{label} in {expression}"


def test_legends_name_labels_that_the_expression_keeps():
    for panel in panels():
        for target in panel["targets"]:
            for label in re.findall(r"{{(\w+)}}", target.get("legendFormat", "")):
                by = re.search(r"\bby \(([^)]*)\)", target["expr"])
                assert by is None or label in re.split(r"[ ,]+", by[1]), target
