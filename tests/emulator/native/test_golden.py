"""Every recorded invocation of a text model comes back as it was recorded."""

from collections.abc import Mapping
from typing import Any

import pytest

from bedrock_emulator.client import LabClient
from tests.emulator.native.dialects import CLAUDE, NOVA, TITAN
from tests.emulator.native.family_dialects import COHERE, JURASSIC, LLAMA, MISTRAL
from tests.emulator.native.golden import Dialect, golden, replay
from tests.recordings import requires_recordings

pytestmark = requires_recordings

FAMILIES: Mapping[str, tuple[Dialect, tuple[str, ...]]] = {
    "claude": (CLAUDE, ("anthropic.claude",)),
    "nova": (NOVA, ("amazon.nova-micro", "amazon.nova-lite", "amazon.nova-pro")),
    "titan": (TITAN, ("amazon.titan-text",)),
    "llama": (LLAMA, ("meta.llama",)),
    "mistral": (MISTRAL, ("mistral.",)),
    "cohere": (COHERE, ("cohere.command",)),
    "jurassic": (JURASSIC, ("ai21.j2",)),
}
_CLAUDE_2 = "Test-Anthropic-with-AWS-Bedrock-Instrumentation/"
_COMMAND = "Test-Cohere-with-AWS-Bedrock-Instrumentation/"
_IN_2024 = "should-set-request-and-response-attributes-in-span-for-given-prompt"
_NO_TYPE = "text completions had no `type` in February 2024"
_48K = "Claude 3 Haiku called itself claude-3-haiku-48k, after its content, in April 2024"
_SORTED = "Command's members were sorted in February 2024."
_NO_CACHE = "Nova counted no cached tokens on 6 February 2025"
DEVIATIONS: Mapping[str, str] = {
    f"{_CLAUDE_2}{_IN_2024}#0": _NO_TYPE,
    f"{_CLAUDE_2}{_IN_2024}-with-streaming-result#0": _NO_TYPE,
    "openllmetry/test_bedrock#0": _48K,
    "openllmetry/test_bedrock_with_events_with_content#0": _48K,
    "openllmetry/test_bedrock_with_events_with_no_content#0": _48K,
    "opentelemetry-python-contrib/test_invoke_model_with_content[amazon.nova]#0": _NO_CACHE,
    "opentelemetry-python-contrib/test_invoke_model_with_response_stream_with_content[amazon.nova]#0": _NO_CACHE,
    f"{_COMMAND}{_IN_2024}#0": _SORTED,
    f"{_COMMAND}{_IN_2024}-with-streaming-result#0": _SORTED,
}
"""The recorded answers that the emulator gives otherwise, each with its reason."""


@pytest.mark.parametrize(
    ("record", "dialect"),
    [
        pytest.param(*parameter.values, dialect, id=f"{operation} {parameter.id}", marks=parameter.marks)
        for operation in ("InvokeModel", "InvokeModelWithResponseStream")
        for dialect, parts in FAMILIES.values()
        for parameter in golden(operation, *parts, deviations=DEVIATIONS)
    ],
)
def test_a_recorded_invocation_is_answered_as_it_was(
    bedrock_emulator: LabClient, record: Mapping[str, Any], dialect: Dialect
) -> None:
    replay(bedrock_emulator, record, dialect)
