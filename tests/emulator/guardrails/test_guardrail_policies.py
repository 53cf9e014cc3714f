"""Every member of the request shapes has its place in the response shape."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings

from bedrock_emulator.model.service import Shape
from bedrock_emulator.operations.guardrail_policies import settings_of
from tests.emulator.guardrails.support import ACCOUNT, MINIMAL, PROFILE, REGION, InProcess, guardrails
from tests.emulator.state.samples import api

MADE_BY_THE_SERVICE = {
    "guardrailId",
    "guardrailArn",
    "version",
    "status",
    "statusReasons",
    "failureRecommendations",
    "createdAt",
    "updatedAt",
}
KEY = "12345678-1234-1234-1234-123456789012"


def _shape(operation: str, side: str) -> Shape:
    shape: Shape = getattr(api().operations[operation], side)
    return shape


def _everything(shape: Shape) -> Any:
    """A value in which every member is set."""
    if shape.kind == "structure":
        return {name: _everything(member.shape) for name, member in shape.members.items()}
    return [_everything(shape.item)] if shape.item is not None else "a-value"


def _paths_of_value(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _paths_of_value(item, f"{path}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from _paths_of_value(item, f"{path}[]")
    else:
        yield path


def _paths_of_shape(shape: Shape, path: str = "") -> Iterator[str]:
    if shape.kind == "structure":
        for name, member in shape.members.items():
            yield from _paths_of_shape(member.shape, f"{path}.{name}")
    elif shape.item is not None:
        yield from _paths_of_shape(shape.item, f"{path}[]")
    else:
        yield path


@pytest.mark.parametrize("operation", ["CreateGuardrail", "UpdateGuardrail"])
def test_a_request_with_every_member_fills_every_setting_of_the_answer_and_no_other(operation: str) -> None:
    request = _everything(_shape(operation, "input"))

    stored = settings_of(request, region=REGION, account=ACCOUNT)

    modelled = {
        path
        for path in _paths_of_shape(_shape("GetGuardrail", "output"))
        if path.lstrip(".").removesuffix("[]") not in MADE_BY_THE_SERVICE
    }
    assert set(_paths_of_value(stored)) == modelled


def _mirrored(value: Any) -> Any:
    if isinstance(value, dict):
        return {name.removesuffix("Config"): _mirrored(item) for name, item in value.items()}
    return [_mirrored(item) for item in value] if isinstance(value, list) else value


def _holds(answer: Any, written: Any) -> bool:
    """Whether the answer says all that was written; it may say more, such as a default tier."""
    if isinstance(written, dict):
        return all(name in answer and _holds(answer[name], item) for name, item in written.items())
    if isinstance(written, list):
        return len(answer) == len(written) and all(map(_holds, answer, written))
    return bool(answer == written)


SERVER = InProcess()
CLIENT = SERVER.client()


@settings(max_examples=40)
@given(guardrails())
def test_whatever_can_be_created_reads_back(request: dict[str, Any]) -> None:
    SERVER.labs.default.reset()
    created = CLIENT.create_guardrail(**request)

    answer = CLIENT.get_guardrail(guardrailIdentifier=created["guardrailArn"])

    expected = _mirrored({name: request[name] for name in request.keys() - {"crossRegionConfig", "kmsKeyId"}})
    assert _holds(answer, expected)
    assert ("crossRegionDetails" in answer) == ("crossRegionConfig" in request)
    assert ("kmsKeyArn" in answer) == ("kmsKeyId" in request)


@settings(max_examples=20)
@given(guardrails(), guardrails())
def test_an_update_leaves_nothing_of_what_was_there(first: dict[str, Any], second: dict[str, Any]) -> None:
    SERVER.labs.default.reset()
    guardrail_id = CLIENT.create_guardrail(**first)["guardrailId"]
    CLIENT.update_guardrail(guardrailIdentifier=guardrail_id, **second)
    updated = CLIENT.get_guardrail(guardrailIdentifier=guardrail_id)

    SERVER.labs.default.reset()
    anew = CLIENT.get_guardrail(guardrailIdentifier=CLIENT.create_guardrail(**second)["guardrailId"])

    changing = {"guardrailId", "guardrailArn", "createdAt", "updatedAt", "ResponseMetadata"}
    assert {name: updated[name] for name in updated.keys() - changing} == {
        name: anew[name] for name in anew.keys() - changing
    }


@pytest.mark.parametrize(
    ("given_key", "arn"),
    [
        pytest.param(KEY, f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY}", id="id"),
        pytest.param("alias/own", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/own", id="alias"),
        pytest.param(
            f"arn:aws:kms:eu-west-1:999988887777:key/{KEY}",
            f"arn:aws:kms:eu-west-1:999988887777:key/{KEY}",
            id="arn",
        ),
    ],
)
def test_a_key_is_shown_by_its_arn(given_key: str, arn: str) -> None:
    stored = settings_of({**MINIMAL, "kmsKeyId": given_key}, region=REGION, account=ACCOUNT)
    assert stored["kmsKeyArn"] == arn


@pytest.mark.parametrize(
    "identifier",
    [PROFILE, f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail-profile/{PROFILE}"],
    ids=["id", "arn"],
)
def test_a_guardrail_profile_is_shown_by_id_and_arn(identifier: str) -> None:
    config = {"guardrailProfileIdentifier": identifier}
    stored = settings_of({**MINIMAL, "crossRegionConfig": config}, region=REGION, account=ACCOUNT)
    assert stored["crossRegionDetails"] == {
        "guardrailProfileId": PROFILE,
        "guardrailProfileArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail-profile/{PROFILE}",
    }


def test_an_answer_names_every_member_and_says_which_are_not_set() -> None:
    SERVER.labs.default.reset()
    created = CLIENT.create_guardrail(
        **MINIMAL,
        contentPolicyConfig={
            "filtersConfig": [{"type": "HATE", "inputStrength": "HIGH", "outputStrength": "LOW"}]
        },
        sensitiveInformationPolicyConfig={"piiEntitiesConfig": [{"type": "EMAIL", "action": "BLOCK"}]},
    )

    CLIENT.get_guardrail(guardrailIdentifier=created["guardrailId"])

    answer = SERVER.last_json()
    assert answer.keys() == _shape("GetGuardrail", "output").members.keys()
    assert answer["description"] is answer["topicPolicy"] is answer["kmsKeyArn"] is None
    assert answer["statusReasons"] == answer["failureRecommendations"] == []
    assert answer["sensitiveInformationPolicy"]["regexes"] == []
    assert answer["contentPolicy"]["filters"][0]["inputModalities"] is None
    assert answer["contentPolicy"]["tier"] == {"tierName": "CLASSIC"}
