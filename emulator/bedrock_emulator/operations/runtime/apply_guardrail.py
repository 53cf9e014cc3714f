"""ApplyGuardrail: a guardrail by itself, without a model."""

from collections.abc import Mapping, Sequence
from typing import Any

from bedrock_emulator.call import Call, Output, Params
from bedrock_emulator.errors import AwsError
from bedrock_emulator.guardrails.assessment import coverage, reason, usage
from bedrock_emulator.guardrails.content import ImagePiece, Piece, TextPiece
from bedrock_emulator.guardrails.evaluation import Evaluation
from bedrock_emulator.model.service import Shape
from bedrock_emulator.operations.runtime.guard import Guard, find_guard


def apply_guardrail(call: Call, params: Params) -> Output:
    """What the guardrail makes of the content.

    Raises:
        AwsError: the guardrail or the version does not exist.
    """
    guard = _existing(call, params)
    source = params["source"]
    evaluation = guard.judge(source, [_piece(block) for block in params["content"]])
    blocked = guard.blocked_message(source) if evaluation.action == "BLOCKED" else None
    outputs = _outputs(evaluation, blocked)
    assessment = guard.assessment(evaluation, params.get("outputScope") or "INTERVENTIONS")
    output = {
        "usage": usage(evaluation),
        "action": "NONE" if evaluation.action == "NONE" else "GUARDRAIL_INTERVENED",
        "actionReason": reason(evaluation.action),
        "outputs": outputs,
        "assessments": [assessment],
        "guardrailCoverage": coverage(evaluation),
    }
    assert call.operation.output is not None
    # Two members that the service model does not have [recorded].
    return {**with_nulls(call.operation.output, output), "output": outputs, "blockedResponse": blocked}


def with_nulls(shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    """An answer with every member of its shape, null where there is nothing [recorded]."""
    return {
        name: _with_nulls(member.shape, value[name]) if name in value else None
        for name, member in shape.members.items()
    }


def _with_nulls(shape: Shape, value: Any) -> Any:
    if shape.kind == "structure" and not shape.union:
        return with_nulls(shape, value)
    return [_with_nulls(shape.item, each) for each in value] if shape.item is not None else value


def _existing(call: Call, params: Params) -> Guard:
    identifier, version = params["guardrailIdentifier"], params["guardrailVersion"]
    guard = find_guard(call, identifier, version)
    if guard is None:
        # The code [reported by users]; no capture shows the text [guess].
        text = f"The guardrail {identifier} has no version {version}, or does not exist in this account and region."
        raise AwsError("ResourceNotFoundException", text, status=404)
    return guard


def _piece(block: Mapping[str, Any]) -> Piece:
    if "text" in block:
        return TextPiece.qualified(block["text"])
    return ImagePiece(block["image"]["source"]["bytes"])


def _outputs(evaluation: Evaluation, blocked: str | None) -> Sequence[dict[str, str]]:
    """The blocked message, or every guarded text with its masks; nothing where nothing was done [recorded]."""
    if blocked is not None:
        return [{"text": blocked}]
    if evaluation.action == "NONE":
        return []
    return [{"text": text} for text in evaluation.masked_texts()]
