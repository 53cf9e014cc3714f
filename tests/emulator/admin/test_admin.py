import io
import json

import flask
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bedrock_emulator.http.admin import MAX_BODY, MAX_WAITING, admin_blueprint, check_sender
from bedrock_emulator.state.labs import Labs
from bedrock_emulator.state.schema import check_document
from tests.emulator.state.samples import entry, fresh_labs


@pytest.fixture
def labs() -> Labs:
    return fresh_labs()


@pytest.fixture
def http(labs) -> FlaskClient:
    app = flask.Flask("test")
    app.register_blueprint(admin_blueprint(labs, host="10.0.0.7", port=4577, names=["emulator.Internal"]))
    return app.test_client()


def refusal(response: TestResponse) -> tuple[int, str, str | None]:
    assert response.mimetype == "application/json"
    document = response.get_json()
    check_document(document, "Error")
    return response.status_code, document["error"]["message"], document["error"]["path"]


def test_health(http):
    answer = http.get("/_emulator/health").get_json()
    check_document(answer, "Health")
    assert (answer["status"], answer["labs"]) == ("ok", 1)


def test_the_schema_is_published(http):
    answer = http.get("/_emulator/schema")
    assert answer.content_type == "application/schema+json"
    assert json.loads(answer.data)["$defs"]["Lab"]["title"] == "PUT /_emulator/labs/{lab}"


def test_a_lab_is_made_described_reset_and_deleted(http, labs):
    made = http.put("/_emulator/labs/a", json={"region": "eu-west-1"})
    check_document(made.get_json(), "LabState")
    assert (made.status_code, made.get_json()["endpointUrl"]) == (201, "http://10.0.0.7:4577/_lab/a")
    assert http.put("/_emulator/labs/a").status_code == 200
    assert http.get("/_emulator/labs/a").get_json()["region"] == "eu-west-1"
    assert http.post("/_emulator/labs/a/reset").get_json()["region"] == "us-east-1"
    assert (http.delete("/_emulator/labs/a").status_code, labs.get("a")) == (204, None)


def test_the_default_lab_is_at_the_root(http):
    answer = http.get("/_emulator/labs/default").get_json()
    assert (answer["path"], answer["endpointUrl"]) == ("", "http://10.0.0.7:4577")


@pytest.mark.parametrize(
    ("part", "document", "expected"),
    [
        ("scenario", {"version": 1, "rules": [{"reply": {"content": []}}]}, {"rules": 1}),
        ("faults", {"faults": [{"error": {"code": "ThrottlingException"}}]}, {"faults": 1}),
        (
            "clock",
            {"now": "2026-05-01T12:00:00Z"},
            {"clock": {"now": "2026-05-01T12:00:00.000Z", "mode": "stopped"}},
        ),
        ("catalogue", {"models": [], "replace": True}, {}),
        ("credentials", {"credentials": [{"bearerToken": "ABSKvalue"}]}, {}),
    ],
)
def test_each_part_of_a_lab_can_be_put(http, part, document, expected):
    answer = http.put(f"/_emulator/labs/default/{part}", json=document)
    assert answer.status_code == 200
    assert answer.get_json().items() >= expected.items()


def test_the_journal_is_read_picked_waited_for_and_cleared(http, labs):
    for operation in ("Converse", "ListFoundationModels", "Converse"):
        labs.default.journal.append(entry(operation=operation))
    page = http.get("/_emulator/labs/default/journal?operation=Converse&after=1").get_json()
    check_document(page, "JournalPage")
    assert ([each["id"] for each in page["entries"]], page["lastId"]) == ([3], 3)
    there = http.get("/_emulator/labs/default/journal/wait?count=3&timeout=5").get_json()
    check_document(there, "JournalPage")
    assert (len(there["entries"]), there["complete"]) == (3, True)
    missing = http.get("/_emulator/labs/default/journal/wait?count=4&timeout=0").get_json()
    assert (len(missing["entries"]), missing["complete"]) == (3, False)
    assert http.delete("/_emulator/labs/default/journal").status_code == 204
    assert http.get("/_emulator/labs/default/journal").get_json()["entries"] == []


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("count=many", "?count"),
        ("count=10001", "?count"),
        ("count=-1", "?count"),
        ("timeout=60.1", "?timeout"),
        ("timeout=nan", "?timeout"),
        ("after=x", "?after"),
        ("count=1.5", "?count"),
    ],
)
def test_a_wrong_number_is_refused(http, query, place):
    status, message, path = refusal(http.get(f"/_emulator/labs/default/journal/wait?{query}"))
    assert (status, path) == (400, place)
    assert "number" in message


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "labs/none"),
        ("DELETE", "labs/none"),
        ("POST", "labs/none/reset"),
        ("PUT", "labs/none/faults"),
        ("GET", "labs/none/journal"),
        ("GET", "labs/none/journal/wait"),
        ("DELETE", "labs/none/journal"),
    ],
)
def test_an_unknown_lab_is_404_and_says_how_to_make_it(http, method, address):
    status, message, _ = refusal(http.open(f"/_emulator/{address}", method=method))
    assert (status, message) == (404, "no lab is called 'none'; create it: PUT /_emulator/labs/none")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/",
        "/nothing",
        "/labs",
        "/labs/default/nothing",
        "/labs/default/journal/nothing",
        "/health/x",
        "//health",
        "/labs//default",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS", "TRACE", "PROPFIND"])
def test_an_unknown_address_is_refused_in_json_with_what_there_is(http, method, address):
    status, message, _ = refusal(http.open(f"/_emulator{address}", method=method))
    assert status == 404
    assert "/_emulator/schema" in message
    assert "/_emulator/operations" in message


@pytest.mark.parametrize("address", ["health/", "labs/default/", "labs/default/journal/"])
def test_a_last_slash_is_neither_missed_nor_redirected(http, address):
    assert http.get(f"/_emulator/{address}").status_code == 200


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("POST", "health", "GET, HEAD"),
        ("OPTIONS", "health", "GET, HEAD"),
        ("TRACE", "health", "GET, HEAD"),
        ("PROPFIND", "health", "GET, HEAD"),
        ("PATCH", "labs/a", "DELETE, GET, HEAD, PUT"),
        ("GET", "labs/a/reset", "POST"),
        ("GET", "labs/a/faults", "PUT"),
        ("OPTIONS", "labs/a/faults", "PUT"),
        ("PUT", "labs/a/journal", "DELETE, GET, HEAD"),
    ],
)
def test_a_wrong_method_is_json_and_names_the_right_ones(http, method, address, allowed):
    response = http.open(f"/_emulator/{address}", method=method)
    assert (refusal(response)[0], response.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize(
    ("body", "message", "path"),
    [
        (b"{\n  nope", "not JSON", "line 2, column 3"),
        (b"", "not JSON", "line 1, column 1"),
        (b"\xff", "not JSON", "line 1, column 1"),
        (b"[" * 65 + b"]" * 65, "deeper than 64 levels", None),
        (b"[" * 100_000, "not JSON", None),
        (b"[]", "must be an object", None),
        (b'{"fault": []}', "did you mean 'faults'", "fault"),
    ],
    ids=["malformed", "empty", "not text", "deep", "very deep", "a list", "mistyped"],
)
def test_a_wrong_body_is_refused_with_its_place(http, body, message, path):
    status, said, place = refusal(http.put("/_emulator/labs/default/faults", data=body))
    assert status == 400
    assert message in said
    assert path is None or place == path


@pytest.mark.parametrize("more", [1, 1_000_000, 20_000_000])
@pytest.mark.parametrize("stated", [True, False], ids=["length stated", "chunked"])
def test_a_body_that_is_too_large_is_read_to_its_end_and_413(http, labs, more, stated):
    body = io.BytesIO(b" " * (MAX_BODY + more))
    length = {"CONTENT_LENGTH": str(MAX_BODY + more)} if stated else {"HTTP_TRANSFER_ENCODING": "chunked"}
    environ = {"wsgi.input": body, **length}
    status, message, _ = refusal(http.put("/_emulator/labs/a", environ_overrides=environ))
    assert (status, message) == (413, "the body is larger than 16,777,216 bytes")
    assert body.read() == b""
    assert labs.get("a") is None


@pytest.mark.parametrize("sent", [b"", b"{}"])
def test_a_body_that_breaks_off_changes_nothing(http, labs, sent):
    environ = {"wsgi.input": io.BytesIO(sent), "CONTENT_LENGTH": "100"}
    status, message, _ = refusal(http.put("/_emulator/labs/a", environ_overrides=environ))
    assert (status, message) == (400, f"the body ended after {len(sent)} of 100 bytes; nothing was changed")
    assert labs.get("a") is None


def test_requests_that_wait_leave_threads_for_others(http, labs, monkeypatch):
    """Each asks again while it waits, so that all places are taken at once; then all are given back."""
    address, waiting, refused = "/_emulator/labs/default/journal/wait", [], []

    def wait(*_, **__):
        waiting.append(address)
        answer = http.get(address)
        if answer.status_code != 200:
            refused.append(refusal(answer))
        return True

    monkeypatch.setattr(labs.default.journal, "wait", wait)
    for times in (1, 2):
        assert http.get(address).status_code == 200
        assert (len(waiting), len(refused)) == (times * MAX_WAITING, times)
    status, message, _ = refused[0]
    assert (status, "GET the journal without /wait" in message) == (503, True)


def test_a_wait_that_a_reset_ends_says_so(http, labs, monkeypatch):
    journal = labs.default.journal
    wait = journal.wait
    monkeypatch.setattr(journal, "wait", lambda *given, **more: labs.default.reset() or wait(*given, **more))
    status, message, _ = refusal(http.get("/_emulator/labs/default/journal/wait?timeout=30"))
    assert (status, "was reset" in message) == (409, True)


def test_a_defect_answers_json_too(http, labs, monkeypatch):
    monkeypatch.setattr(labs.default, "describe", lambda: 1 / 0)
    http.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert refusal(http.get("/_emulator/labs/default"))[0] == 500


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1:4577", "[::1]:4577", "LOCALHOST:1", "10.0.0.7:4577", "emulator.internal:80"],
)
def test_hosts_that_are_ours_are_served(http, host):
    assert http.get("/_emulator/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:4577", "127.0.0.1.evil.example", "localhost@evil.example", "[::2"]
)
def test_other_hosts_are_refused(http, host):
    status, message, _ = refusal(http.put("/_emulator/labs/a", headers={"Host": host}))
    assert status == 403
    assert "localhost" in message


def test_a_page_of_another_origin_is_refused(http):
    reset = "/_emulator/labs/default/reset"
    assert refusal(http.post(reset, headers={"Origin": "https://evil.example"}))[0] == 403
    assert refusal(http.post(reset, headers={"Origin": "null"}))[0] == 403
    assert http.post(reset, headers={"Origin": "http://localhost:4577"}).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"), [("localhost", 200), ("emulator.internal", 200), ("evil.example", 403)]
)
def test_pages_beside_the_admin_api_can_check_their_sender(http, host, status):
    pages = flask.Blueprint("pages", __name__)
    pages.before_request(lambda: check_sender(["Emulator.Internal"]))
    pages.add_url_rule("/_emulator/page", "page", lambda: "page")
    http.application.register_blueprint(pages)
    assert http.get("/_emulator/page", headers={"Host": host}).status_code == status
