"""The WSGI callable, without a server in between."""

import json

import pytest

from bedrock_emulator import create_app
from bedrock_emulator.config import Settings


def test_the_servers_own_environment_is_not_taken_for_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://user:secret@proxy")
    client = create_app().test_client()
    inherited = {"HTTP_PROXY": "http://user:secret@proxy"}
    assert client.get("/foundation-models", environ_overrides=inherited).status_code == 403
    journal = client.get("/_emulator/labs/default/journal").get_json()
    assert journal["entries"][0]["operation"] == "ListFoundationModels"
    assert "secret" not in json.dumps(journal)


def test_people_find_the_page_of_operations_at_the_root() -> None:
    answer = create_app().test_client().get("/", follow_redirects=True)
    assert answer.status_code == 200
    assert "What this emulator serves" in answer.text
    assert ">GetInferenceProfile<" in answer.text


@pytest.mark.parametrize("path", ["/", "/_emulator/operations", "/_emulator/health"])
def test_a_page_of_another_name_that_resolves_to_us_is_refused(path: str) -> None:
    answer = create_app().test_client().get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 403
    assert answer.content_type == "application/json"


def test_two_apps_share_nothing() -> None:
    one, other = create_app().test_client(), create_app().test_client()
    one.put("/_emulator/labs/mine")
    assert one.get("/_emulator/labs/mine").status_code == 200
    assert other.get("/_emulator/labs/mine").status_code == 404


def test_a_defect_answers_as_a_fault_of_the_service_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("bedrock_emulator.http.app.HANDLERS", {"ListFoundationModels": broken})
    answer = create_app(Settings(auth="off")).test_client().get("/foundation-models")
    assert (answer.status_code, answer.headers["x-amzn-errortype"].split(":")[0]) == (
        500,
        "InternalServerException",
    )
    assert "ZeroDivisionError" not in answer.text
    assert "ZeroDivisionError" in caplog.text
