"""CreateGuardrail, GetGuardrail, UpdateGuardrail, DeleteGuardrail, CreateGuardrailVersion and ListGuardrails.

A guardrail is READY at once: nothing has to be prepared here.
"""

from typing import Any

from bedrock_emulator.call import Call, Output, Params
from bedrock_emulator.model.service import Shape
from bedrock_emulator.operations.guardrail_policies import completed, settings_of
from bedrock_emulator.operations.guardrail_rules import check_settings
from bedrock_emulator.operations.pages import take_page
from bedrock_emulator.state.guardrails import DRAFT, GuardrailSettings, GuardrailVersion
from bedrock_emulator.state.resources import RegionResources

_STATUS = "READY"

_SUMMARIZED = ("name", "description", "crossRegionDetails")
"""The settings that a row of ListGuardrails shows [botocore]."""


def create_guardrail(call: Call, params: Params) -> Output:
    """Make a guardrail with its tags; what answers is its draft."""
    resources = _resources(call)

    def carry_out() -> Output:
        draft = resources.guardrails.new(_settings(call, params))
        resources.tags.attach(draft.arn, params.get("tags", ()))
        resources.guardrails.add(draft)
        return {**_reference(draft), "version": draft.version, "createdAt": draft.created_at}

    return resources.once(call.operation.name, params, carry_out)


def get_guardrail(call: Call, params: Params) -> Output:
    """One version of a guardrail, the draft unless another is named."""
    guardrail = _resources(call).guardrails.existing(
        params["guardrailIdentifier"], params.get("guardrailVersion", DRAFT)
    )
    answer = {
        **guardrail.settings,
        **_reference(guardrail),
        **_state(guardrail),
        "statusReasons": [],
        "failureRecommendations": [],
    }
    return completed(_output(call), answer)


def update_guardrail(call: Call, params: Params) -> Output:
    """Replace what the draft of a guardrail says; its numbered versions stay as they are."""
    guardrails = _resources(call).guardrails
    draft = guardrails.update(params["guardrailIdentifier"], _settings(call, params))
    return {**_reference(draft), "version": draft.version, "updatedAt": draft.updated_at}


def delete_guardrail(call: Call, params: Params) -> Output:
    """Delete one version of a guardrail, or the guardrail with all of them."""
    resources, identifier = _resources(call), params["guardrailIdentifier"]
    if "guardrailVersion" in params:
        resources.guardrails.delete_version(identifier, params["guardrailVersion"])
        return {}
    with resources.lock:
        resources.tags.detach(resources.guardrails.delete(identifier).arn)
    return {}


def create_guardrail_version(call: Call, params: Params) -> Output:
    """Number the draft as it is now."""
    resources = _resources(call)

    def carry_out() -> Output:
        taken = resources.guardrails.snapshot(params["guardrailIdentifier"], params.get("description"))
        return {"guardrailId": taken.guardrail_id, "version": taken.version}

    return resources.once(call.operation.name, params, carry_out)


def list_guardrails(call: Call, params: Params) -> Output:
    """The draft of every guardrail, the oldest first, or the draft and all versions of one; page by page [docs]."""
    guardrails, identifier = _resources(call).guardrails, params.get("guardrailIdentifier")
    rows = guardrails.drafts() if identifier is None else guardrails.versions(identifier)
    subject = "" if identifier is None else rows[0].guardrail_id
    page, next_token = take_page(
        rows,
        order=_age if identifier is None else _number,
        scope=(call.operation.name, call.region, call.account, subject),
        limit=params.get("maxResults"),
        token=params.get("nextToken"),
    )
    answer: Output = {"guardrails": [_row(call, each) for each in page]}
    return answer if next_token is None else {**answer, "nextToken": next_token}


def _settings(call: Call, params: Params) -> GuardrailSettings:
    check_settings(params, region=call.region, account=call.account)
    return settings_of(params, region=call.region, account=call.account)


def _reference(guardrail: GuardrailVersion) -> dict[str, str]:
    return {"guardrailId": guardrail.guardrail_id, "guardrailArn": guardrail.arn}


def _state(guardrail: GuardrailVersion) -> dict[str, Any]:
    return {
        "version": guardrail.version,
        "status": _STATUS,
        "createdAt": guardrail.created_at,
        "updatedAt": guardrail.updated_at,
    }


def _row(call: Call, guardrail: GuardrailVersion) -> dict[str, Any]:
    shown = {name: guardrail.settings[name] for name in _SUMMARIZED if name in guardrail.settings}
    row_shape = _output(call).members["guardrails"].shape.item
    assert row_shape is not None  # a list has one
    return completed(
        row_shape, {**shown, **_state(guardrail), "id": guardrail.guardrail_id, "arn": guardrail.arn}
    )


def _age(guardrail: GuardrailVersion) -> str:
    """A place that never changes; the id tells guardrails apart that were made while a lab's clock stood still."""
    return f"{guardrail.created_at:%Y-%m-%dT%H:%M:%S.%f} {guardrail.guardrail_id}"


def _number(guardrail: GuardrailVersion) -> str:
    return f"{guardrail.number:08}"


def _output(call: Call) -> Shape:
    shape = call.operation.output
    assert shape is not None  # both operations that complete their answers model one
    return shape


def _resources(call: Call) -> RegionResources:
    resources: RegionResources = call.lab.resources.of(call.account, call.region)
    return resources
