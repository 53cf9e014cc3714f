"""The models and profiles that recorded traffic calls, as they were then."""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.state.catalog import Catalogue
from bedrock_emulator.state.models import ModelRecord

ACCOUNT = "123456789012"
BEHIND_THE_APPLICATION_PROFILE = "amazon.nova-micro-v1:0"
"""The recorder's application profile does not tell its model; the recorded answer fits this one [guess]."""

GEOGRAPHIES = frozenset({"us", "eu", "global"})
"""What stands before the model in the ids of the profiles that recorders called."""

Rows = list[dict[str, Any]]


def as_it_was(record: Mapping[str, Any], shipped: Catalogue) -> tuple[Rows, Rows]:
    """The model and the profile that the record calls, where today's catalogue no longer has them."""
    called, region = record["model"], record["region"]
    name = called.rpartition("/")[2]
    if ":application-inference-profile/" in called:
        return [], [profile(called, name, BEHIND_THE_APPLICATION_PROFILE, region)]
    if shipped.profile(name, region, ACCOUNT) or _callable(shipped.model(called, region), region, record):
        return [], []
    geography, _, base = name.partition(".")
    if geography not in GEOGRAPHIES:
        return [model(name, region, "ON_DEMAND")], []
    arn = f"arn:aws:bedrock:{region}:{ACCOUNT}:inference-profile/{name}"
    return [model(base, region, "INFERENCE_PROFILE")], [profile(arn, name, base, region)]


def _callable(shipped: ModelRecord | None, region: str, record: Mapping[str, Any]) -> bool:
    """Whether the model answers as then; some that were called by their own id are behind profiles today."""
    if shipped is None:
        return False
    return record["response"]["status"] != 200 or "ON_DEMAND" in (shipped.inference_types.get(region) or ())


def model(model_id: str, region: str, inference_type: str) -> dict[str, Any]:
    """An active text model that streams."""
    return {
        "modelId": model_id,
        "inputModalities": ["TEXT", "IMAGE"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": True,
        "inferenceTypesSupported": [inference_type],
        "modelLifecycle": {"status": "ACTIVE"},
        "regions": [region],
    }


def profile(arn: str, name: str, base: str, region: str) -> dict[str, Any]:
    """An inference profile with one destination."""
    destination = {"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{base}"}
    return {"inferenceProfileArn": arn, "inferenceProfileId": name, "models": [destination]}
