"""Every recorded invocation of Llama, Mistral, Cohere and AI21 comes back as it was recorded."""

from collections.abc import Mapping
from typing import Any

import pytest

from bedrock_emulator.client import LabClient
from tests.emulator.native.family_dialects import COHERE, JURASSIC, LLAMA, MISTRAL
from tests.emulator.native.golden import Dialect, golden, replay
from tests.recordings import requires_recordings

pytestmark = requires_recordings

FAMILIES: Mapping[str, tuple[Dialect, tuple[str, ...]]] = {
    "llama": (LLAMA, ("meta.llama",)),
    "mistral": (MISTRAL, ("mistral.",)),
    "cohere": (COHERE, ("cohere.command",)),
    "jurassic": (JURASSIC, ("ai21.j2",)),
}
_IN_2024 = "should-set-request-and-response-attributes-in-span-for-given-prompt"
_SORTED = "Command's members were sorted in February 2024."
DEVIATIONS: Mapping[str, str] = {
    f"Test-Cohere-with-AWS-Bedrock-Instrumentation/{_IN_2024}#0": _SORTED,
    f"Test-Cohere-with-AWS-Bedrock-Instrumentation/{_IN_2024}-with-streaming-result#0": _SORTED,
}


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
