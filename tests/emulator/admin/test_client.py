import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import flask
import pytest
from werkzeug.serving import make_server

from bedrock_emulator import Emulator
from bedrock_emulator.errors import AdminError, ConfigError
from bedrock_emulator.http.admin import admin_blueprint
from bedrock_emulator.state.labs import Labs
from tests.emulator.state.samples import CLAUDE, entry, fresh_labs


@pytest.fixture
def labs() -> Labs:
    return fresh_labs()


@pytest.fixture
def emulator(labs) -> Iterator[Emulator]:
    app = flask.Flask("test")
    app.register_blueprint(admin_blueprint(labs))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Emulator.connect(
        f"http://127.0.0.1:{server.server_port}/", https_url="https://127.0.0.1:1", ca_file="/ca.pem"
    )
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_lab_lives_as_long_as_its_with(emulator, labs):
    with emulator.lab() as lab, emulator.lab() as other:
        assert lab.name != other.name
        assert labs.get(lab.name) is not None
    assert labs.get(lab.name) is None


def test_the_default_lab_is_reset_in_the_end(emulator, labs):
    with emulator.lab("default", region="eu-west-1") as lab:
        assert labs.default.region == "eu-west-1"
        assert lab.endpoint_url == emulator.url
    assert labs.default.region == "us-east-1"


def test_every_part_reaches_the_lab(emulator, labs):
    client = emulator.lab("a", region="eu-west-1")
    client.put_scenario({"version": 1, "rules": [{"reply": {"content": [{"text": "hi"}]}}]})
    client.put_faults([{"error": {"code": "ThrottlingException"}}])
    client.put_credentials([{"accessKeyId": "AKID", "secretAccessKey": "s3cr3t-value"}])
    client.put_catalogue(replace=True)
    clock = client.put_clock(now="2026-05-01T12:00:00Z")
    lab = labs.existing("a")
    assert clock == {"now": "2026-05-01T12:00:00.000Z", "mode": "stopped"}
    assert client.put_clock(advance_seconds=60)["now"] == "2026-05-01T12:01:00.000Z"
    assert client.put_clock()["mode"] == "real"
    assert (lab.region, len(lab.scenario), len(lab.faults)) == ("eu-west-1", 1, 1)
    assert lab.credentials.lookup("AKID") is not None
    assert lab.catalogue.models_in("eu-west-1") == []
    client.reset()
    assert (lab.region, len(lab.scenario), len(lab.faults)) == ("us-east-1", 0, 0)


def test_the_journal_is_read_and_cleared(emulator, labs):
    client = emulator.lab("a")
    for operation in ("Converse", "ListFoundationModels"):
        labs.existing("a").journal.append(entry(operation=operation))
    assert [each["id"] for each in client.journal()] == [1, 2]
    assert [each["operation"] for each in client.journal("Converse")] == ["Converse"]
    assert [each["id"] for each in client.journal(after=1)] == [2]
    client.clear_journal()
    assert client.journal() == []


def test_waiting_ends_with_the_awaited_exchange(emulator, labs):
    client = emulator.lab("a")
    appending = threading.Timer(0, labs.existing("a").journal.append, [entry()])
    appending.start()
    assert [each["id"] for each in client.wait_for_journal(1, timeout=30)] == [1]
    appending.join()


def test_waiting_in_vain_says_what_was_there(emulator):
    with pytest.raises(TimeoutError, match="0 of 1 awaited exchanges in lab 'a'"):
        emulator.lab("a").wait_for_journal(1, timeout=0)


def test_a_refusal_keeps_its_status_text_and_place(emulator):
    with pytest.raises(AdminError, match="did you mean 'error'") as refused:
        emulator.lab("a").put_faults([{"eror": {}}])
    assert (refused.value.status, refused.value.path) == (400, "faults[0].eror")
    assert str(refused.value).endswith("'error'? (faults[0].eror)")


def test_a_document_that_is_too_large_is_refused_and_not_cut_off(emulator):
    with pytest.raises(AdminError, match="larger than 16,777,216 bytes") as refused:
        emulator.lab("a").put_scenario({"version": 1, "rules": [], "padding": "x" * 30_000_000})
    assert refused.value.status == 413


def test_a_refused_setup_makes_no_lab(emulator, labs):
    with pytest.raises(AdminError):
        emulator.lab("a", regoin="eu-west-1")
    assert labs.get("a") is None


def test_the_environment_points_sdks_at_the_lab(emulator):
    lab = emulator.lab("a")
    variables = lab.environment("eu-west-1")
    assert (
        variables["AWS_ENDPOINT_URL_BEDROCK"]
        == variables["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"]
        == lab.endpoint_url
    )
    assert (variables["AWS_REGION"], variables["AWS_ACCESS_KEY_ID"], "AWS_CA_BUNDLE" in variables) == (
        "eu-west-1",
        "test",
        False,
    )
    secure = lab.environment(https=True)
    assert (secure["AWS_ENDPOINT_URL_BEDROCK"], secure["AWS_CA_BUNDLE"]) == (
        "https://127.0.0.1:1/_lab/a",
        "/ca.pem",
    )


def test_an_emulator_that_was_not_started_says_so():
    emulator = Emulator()
    assert repr(emulator) == "Emulator(not started)"
    with pytest.raises(ConfigError, match="with Emulator"):
        _ = emulator.url


def test_connecting_to_nothing_is_refused():
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as free:
        port = free.server_port
    with pytest.raises(ConfigError, match="no emulator answers"):
        Emulator.connect(f"http://127.0.0.1:{port}")


def test_connecting_to_something_else_is_refused():
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        thread = threading.Thread(target=other.handle_request)
        thread.start()
        with pytest.raises(ConfigError, match="is not an emulator"):
            Emulator.connect(f"http://127.0.0.1:{other.server_port}")
        thread.join()


def test_no_https_is_said_plainly(emulator):
    plain = Emulator.connect(emulator.url)
    with pytest.raises(ConfigError, match="tls=True"):
        _ = plain.https_url


def test_models_put_into_a_lab_are_listed_there(emulator, labs):
    emulator.lab("a").put_catalogue(
        models=[{"modelId": CLAUDE, "modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{CLAUDE}"}],
        replace=True,
    )
    listed = labs.existing("a").catalogue.models_in("us-east-1")
    assert [each.model_id for each in listed] == [CLAUDE]
