"""What Claude refuses about reasoning that comes back to it: it must be as it was told."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bedrock_emulator.errors import validation_error
from bedrock_emulator.reply.family import claude_version
from bedrock_emulator.reply.signatures import verdict

Message = Mapping[str, Any]

_REASONS_SINCE = (3, 7)
"""The first Claude that reasons [docs]."""


class KnownSignatures(Protocol):
    """Signatures that were told here although Claude would not make them: a scenario's."""

    def knows(self, signature: str, text: str) -> bool:
        """Whether a text was told with this signature."""


class NoSignatures:
    """Nothing was told."""

    def knows(self, signature: str, text: str) -> bool:  # noqa: ARG002 - as the protocol has them
        """Never."""
        return False


def check_reasoning(
    messages: Sequence[Message], *, model_id: str, known: KnownSignatures, introduction: str
) -> None:
    """Raise the refusal of a reasoning block that was altered or made up. Only Claude signs, and checks.

    A signature in Claude's own form is taken for genuine: real conversations are continued here [recorded].
    """
    version = claude_version(model_id)
    if version is None or version.number < _REASONS_SINCE:
        return
    for number, message in enumerate(messages):
        blocks = [block for block in message["content"] if "cachePoint" not in block]
        for at, block in enumerate(blocks):
            if "reasoningContent" in block:
                problem = _problem(block["reasoningContent"], known)
                if problem:
                    raise validation_error(f"{introduction}messages.{number}.content.{at}{problem}")


def _problem(reasoning: Mapping[str, Any], known: KnownSignatures) -> str | None:
    """What is wrong with a block, after its place; all three [reported by users]."""
    if "redactedContent" in reasoning:
        data = reasoning["redactedContent"]
        written = data.decode("latin-1") if isinstance(data, bytes | bytearray) else str(data)
        genuine = known.knows(written, "") or verdict(written, "") in ("foreign", "intact")
        return None if genuine else ": Invalid `data` in `redacted_thinking` block"
    told = reasoning.get("reasoningText") or {}
    text, signature = told.get("text", ""), told.get("signature")
    if not signature:  # an empty one is taken for none
        return ".thinking.signature: Field required"
    genuine = known.knows(signature, text) or verdict(signature, text) in ("foreign", "intact")
    return None if genuine else ": Invalid `signature` in `thinking` block"
