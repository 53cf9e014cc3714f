"""Every operation of the service models has a route, and ids with slashes and colons find it."""

import pytest

from bedrock_emulator.model.router import Router
from bedrock_emulator.model.service import Api, load_api


@pytest.fixture(scope="module")
def api() -> Api:
    return load_api()


@pytest.fixture(scope="module")
def router(api: Api) -> Router:
    return Router(api)


def _example_path(uri: str) -> str:
    return uri.replace("{", "value-of-").replace("}", "")


def test_every_operation_of_both_models_is_routed_to_itself(api: Api, router: Router) -> None:
    routed = {op.name: router.match(op.method, _example_path(op.uri)) for op in api}
    assert {name for name, match in routed.items() if match is None} == set()
    assert {name: match.operation.name for name, match in routed.items() if match} == {
        name: name for name in routed
    }


PROFILE_ARN = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0"


@pytest.mark.parametrize(
    ("method", "path", "operation", "labels"),
    [
        pytest.param("POST", "/model/a.b-v1:0/converse", "Converse", {"modelId": "a.b-v1:0"}, id="colon"),
        pytest.param(
            "POST", f"/model/{PROFILE_ARN}/converse", "Converse", {"modelId": PROFILE_ARN}, id="arn"
        ),
        pytest.param("POST", "/model/x/converse-stream", "ConverseStream", {"modelId": "x"}, id="stream"),
        pytest.param(
            "POST", "/model/x/converse/converse", "Converse", {"modelId": "x/converse"}, id="hostile id"
        ),
        pytest.param("GET", "/foundation-models", "ListFoundationModels", {}, id="list"),
        pytest.param(
            "GET", "/foundation-models/a.b", "GetFoundationModel", {"modelIdentifier": "a.b"}, id="get"
        ),
        pytest.param(
            "GET",
            f"/inference-profiles/{PROFILE_ARN}",
            "GetInferenceProfile",
            {"inferenceProfileIdentifier": PROFILE_ARN},
            id="profile arn",
        ),
        pytest.param(
            "POST",
            "/guardrail/g/version/1/version/2/apply",
            "ApplyGuardrail",
            {"guardrailIdentifier": "g/version/1", "guardrailVersion": "2"},
            id="literal inside a label",
        ),
        pytest.param(
            "POST",
            "/guardrail/g1/version/2/apply",
            "ApplyGuardrail",
            {"guardrailIdentifier": "g1", "guardrailVersion": "2"},
            id="two labels",
        ),
    ],
)
def test_a_path_finds_its_operation_and_labels(
    router: Router, method: str, path: str, operation: str, labels: dict[str, str]
) -> None:
    match = router.match(method, path)
    assert match is not None
    assert (match.operation.name, dict(match.labels)) == (operation, labels)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/model/x/converse"),
        ("POST", "/model//converse"),
        ("GET", "/"),
        ("GET", ""),
        ("GET", "/foundation-models/"),
        ("POST", "/model/converse"),
        ("POST", "/guardrail//version//apply"),
        ("POST", "/guardrail/g/version/apply"),
    ],
)
def test_a_path_outside_the_models_finds_nothing(router: Router, method: str, path: str) -> None:
    assert router.match(method, path) is None


def test_a_hostile_path_takes_no_longer_than_its_length(router: Router) -> None:
    """Backtracking would take hours for this one, where the suite takes seconds."""
    path = "/automated-reasoning-policies/x" + "/build-workflows/" * 20_000 + "/test-cases/" * 20_000 + "x"
    match = router.match("GET", path)
    assert match is not None
    assert match.operation.name == "GetAutomatedReasoningPolicyBuildWorkflow"
