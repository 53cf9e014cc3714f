"""Which actions on which resources each operation needs."""

import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from botocore.loaders import Loader

from bedrock_emulator.auth.actions import action_of
from bedrock_emulator.auth.condition_keys import KNOWN
from bedrock_emulator.call import Call
from bedrock_emulator.model.service import Api, Operation, load_api
from bedrock_emulator.operations.authorization import request_facts
from bedrock_emulator.operations.permissions import needs
from bedrock_emulator.state.arn import parse_arn
from bedrock_emulator.state.clock import LabClock
from bedrock_emulator.state.iam import IamBook
from tests.emulator.catalog.support import ACCOUNT, call, resources

HERE = f"arn:aws:bedrock:us-east-1:{ACCOUNT}"
MODELS = "arn:aws:bedrock:us-east-1::foundation-model"
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
REQUIRED_ACTION = re.compile(r"requires permission for the <code>bedrock:(\w+)</code> action")
NOVA = "amazon.nova-lite-v1:0"


@cache
def api() -> Api:
    return load_api()


def calling(operation: str, **options: Any) -> Call:
    return replace(call(**options), operation=api().operations[operation])


def wanted(operation: str, **params: Any) -> list[tuple[str, str]]:
    """The actions, without their prefix, and their resources."""
    return [
        (each.action.removeprefix("bedrock:"), each.resource) for each in needs(calling(operation), params)
    ]


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("Converse", "InvokeModel"),
        ("ConverseStream", "InvokeModelWithResponseStream"),
        ("InvokeModel", "InvokeModel"),
        ("InvokeModelWithResponseStream", "InvokeModelWithResponseStream"),
        ("StartAsyncInvoke", "InvokeModel"),
        ("CountTokens", "CountTokens"),
    ],
)
@pytest.mark.parametrize(
    ("model_id", "resource"),
    [
        (CLAUDE, f"{MODELS}/{CLAUDE}"),
        (f"{MODELS}/{CLAUDE}", f"{MODELS}/{CLAUDE}"),
        ("nobody.knows-me", f"{MODELS}/nobody.knows-me"),
        (f"{HERE}:provisioned-model/abc", f"{HERE}:provisioned-model/abc"),
    ],
)
def test_an_invocation_is_about_its_model(operation: str, action: str, model_id: str, resource: str) -> None:
    assert wanted(operation, modelId=model_id) == [(action, resource)]


@pytest.mark.parametrize("by_arn", [False, True])
def test_a_profile_is_about_itself_and_every_model_behind_it(by_arn: bool) -> None:
    arn = f"{HERE}:inference-profile/us.{NOVA}"
    found = list(needs(calling("Converse"), {"modelId": arn if by_arn else f"us.{NOVA}"}))

    assert [each.resource for each in found] == [
        arn,
        *(
            f"arn:aws:bedrock:{region}::foundation-model/{NOVA}"
            for region in ("us-east-1", "us-east-2", "us-west-2")
        ),
    ]
    assert found[0].facts == {}
    assert [each.facts["aws:RequestedRegion"] for each in found[1:]] == [
        "us-east-1",
        "us-east-2",
        "us-west-2",
    ]
    assert {each.facts["bedrock:InferenceProfileArn"] for each in found[1:]} == {arn}


def test_a_global_profile_reaches_a_model_in_an_unspecified_region() -> None:
    profile = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
    by_resource = {each.resource: each.facts for each in needs(calling("Converse"), {"modelId": profile})}

    model = profile.partition(".")[2]
    assert by_resource[f"arn:aws:bedrock:::foundation-model/{model}"]["aws:RequestedRegion"] == "unspecified"
    assert by_resource[f"{MODELS}/{model}"]["aws:RequestedRegion"] == "us-east-1"


def test_an_application_profile_is_called_by_its_arn_alone() -> None:
    created = resources()
    profiles = created.of(ACCOUNT, "us-east-1").profiles
    profile = profiles.new("mine", [f"{MODELS}/{NOVA}"])
    profiles.add(profile)
    calls = calling("Converse", created=created)
    arn = f"{HERE}:application-inference-profile/{profile.profile_id}"

    assert [each.resource for each in needs(calls, {"modelId": arn})] == [arn, f"{MODELS}/{NOVA}"]
    assert [each.resource for each in needs(calls, {"modelId": profile.profile_id})] == [
        f"{MODELS}/{profile.profile_id}"
    ]


@pytest.mark.parametrize(
    ("params", "fact"),
    [
        ({"guardrailConfig": {"guardrailIdentifier": "abc123", "guardrailVersion": "2"}}, ":2"),
        ({"guardrailConfig": {"guardrailIdentifier": "abc123", "guardrailVersion": "DRAFT"}}, ""),
        ({"guardrailIdentifier": f"{HERE}:guardrail/abc123", "guardrailVersion": "2"}, ":2"),
    ],
    ids=["body", "draft", "headers"],
)
def test_a_guardrail_in_a_request_is_needed_too_and_known_to_conditions(
    params: dict[str, Any], fact: str
) -> None:
    found = list(needs(calling("InvokeModel"), {"modelId": CLAUDE, **params}))

    assert [(each.action, each.resource) for each in found] == [
        ("bedrock:InvokeModel", f"{MODELS}/{CLAUDE}"),
        ("bedrock:ApplyGuardrail", f"{HERE}:guardrail/abc123"),
    ]
    assert found[0].facts == {"bedrock:GuardrailIdentifier": f"{HERE}:guardrail/abc123{fact}"}


@pytest.mark.parametrize(
    ("operation", "others"),
    [("InvokeModel", [("bedrock:InvokeModel", f"{MODELS}/{CLAUDE}")]), ("ApplyGuardrail", [])],
)
def test_a_guardrail_that_works_through_a_profile_needs_the_profile_too(
    operation: str, others: list[tuple[str, str]]
) -> None:
    created = resources()
    guardrails = created.of(ACCOUNT, "us-east-1").guardrails
    profile = f"{HERE}:guardrail-profile/us.guardrail.v1:0"
    draft = guardrails.new({"name": "g", "crossRegionDetails": {"guardrailProfileArn": profile}})
    guardrails.add(draft)
    params = {"guardrailIdentifier": draft.guardrail_id, "guardrailVersion": "DRAFT"}
    model = {"modelId": CLAUDE} if others else {}
    found = needs(calling(operation, created=created), params | model)

    assert [(each.action, each.resource) for each in found] == [
        *others,
        ("bedrock:ApplyGuardrail", draft.arn),
        ("bedrock:ApplyGuardrail", profile),
    ]


def test_a_bearer_key_is_needed_first() -> None:
    plain = calling("ListFoundationModels")
    bearer = replace(plain, caller=replace(plain.caller, kind="bearer"))
    assert [(each.action, each.resource) for each in needs(bearer, {})] == [
        ("bedrock:CallWithBearerToken", "*"),
        ("bedrock:ListFoundationModels", "*"),
    ]


@pytest.mark.parametrize(
    ("operation", "params", "expected"),
    [
        ("ListInferenceProfiles", {}, [("ListInferenceProfiles", "*")]),
        ("GetFoundationModel", {"modelIdentifier": NOVA}, [("GetFoundationModel", f"{MODELS}/{NOVA}")]),
        ("GetFoundationModelAvailability", {"modelId": NOVA}, [("GetFoundationModelAvailability", "*")]),
        (
            "GetInferenceProfile",
            {"inferenceProfileIdentifier": f"us.{NOVA}"},
            [("GetInferenceProfile", f"{HERE}:inference-profile/us.{NOVA}")],
        ),
        (
            "DeleteInferenceProfile",
            {"inferenceProfileIdentifier": "abcdef012345"},
            [("DeleteInferenceProfile", f"{HERE}:application-inference-profile/abcdef012345")],
        ),
        (
            "CreateInferenceProfile",
            {"modelSource": {"copyFrom": f"{MODELS}/{NOVA}"}, "tags": [{"key": "a", "value": "b"}]},
            [
                ("CreateInferenceProfile", f"{MODELS}/{NOVA}"),
                ("TagResource", f"{HERE}:application-inference-profile/*"),
            ],
        ),
        ("CreateGuardrail", {"name": "g"}, [("CreateGuardrail", "*")]),
        (
            "CreateGuardrailVersion",
            {"guardrailIdentifier": "abc"},
            [("CreateGuardrailVersion", f"{HERE}:guardrail/abc")],
        ),
        (
            "ApplyGuardrail",
            {"guardrailIdentifier": "abc", "guardrailVersion": "1"},
            [("ApplyGuardrail", f"{HERE}:guardrail/abc")],
        ),
        ("TagResource", {"resourceARN": f"{HERE}:guardrail/abc"}, [("TagResource", f"{HERE}:guardrail/abc")]),
        ("PutModelInvocationLoggingConfiguration", {}, [("PutModelInvocationLoggingConfiguration", "*")]),
        ("GetModelImportJob", {"jobIdentifier": "j"}, [("GetModelImportJob", f"{HERE}:model-import-job/j")]),
        (
            "GetProvisionedModelThroughput",
            {"provisionedModelId": "p"},
            [("GetProvisionedModelThroughput", f"{HERE}:provisioned-model/p")],
        ),
        ("DeleteCustomModel", {"modelIdentifier": "m"}, [("DeleteCustomModel", f"{HERE}:custom-model/m")]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_operation_is_about_what_its_path_or_body_names(
    operation: str, params: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert wanted(operation, **params) == expected


@pytest.mark.parametrize("operation", list(load_api()), ids=lambda operation: operation.name)
def test_every_modelled_operation_needs_an_action_of_bedrock(operation: Operation) -> None:
    assert operation.input is not None
    members = operation.input.members.items()
    params = {
        name: "x"
        for name, member in members
        if member.shape.kind == "string" and name in operation.input.required
    }

    found = list(needs(calling(operation.name), params))

    assert len(found) == 1
    assert found[0].action.startswith("bedrock:")
    is_named = found[0].resource not in {"*", "x"}
    assert not is_named or parse_arn(found[0].resource) is not None


def test_the_known_condition_keys_are_those_that_requests_have() -> None:
    """A policy that asks for another one is refused when it is loaded."""
    params = {"modelId": f"us.{NOVA}", "guardrailIdentifier": "abc", "serviceTier": "flex"}
    plain = calling("InvokeModel")
    user = replace(plain.caller, arn=f"arn:aws:iam::{ACCOUNT}:user/a", bearer="SHORT_TERM")
    plain.lab.clock, plain.lab.iam = LabClock(), IamBook()
    facts = {key.lower() for each in needs(plain, params) for key in each.facts}
    facts |= request_facts(replace(plain, caller=user), params).keys()

    assert facts | {"aws:resourceaccount"} == {key.lower() for key in KNOWN}


def test_the_actions_are_those_that_the_service_models_document() -> None:
    model = Loader().load_service_model("bedrock-runtime", "service-2")
    documented = {
        name: found[1]
        for name, operation in model["operations"].items()
        if (found := REQUIRED_ACTION.search(operation.get("documentation", "")))
    }

    assert {"Converse", "InvokeModel", "StartAsyncInvoke"} <= documented.keys()
    assert {name: action_of(name) for name in documented} == documented
