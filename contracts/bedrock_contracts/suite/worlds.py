"""Building blocks of the worlds that scenarios play in."""

from collections.abc import Mapping, Sequence
from typing import Any

ACCOUNT = "123456789012"
"""The account of every key that is not registered with another one."""

MODEL = "acme.chat-v1:0"
"""A model that no table of known limits can know."""


def model(model_id: str = MODEL, **members: Any) -> dict[str, Any]:
    """A ListFoundationModels summary that discovery has to list, but for what `members` change."""
    summary = {
        "modelId": model_id,
        "modelName": f"Model {model_id}",
        "providerName": model_id.partition(".")[0],
        "inputModalities": ["TEXT"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": True,
        "inferenceTypesSupported": ["ON_DEMAND"],
        "modelLifecycle": {"status": "ACTIVE"},
    }
    return {**summary, **members}


def profile(profile_id: str, base: str, **members: Any) -> dict[str, Any]:
    """An inference profile over one foundation model."""
    arn = f"arn:aws:bedrock:us-east-1::foundation-model/{base}"
    summary = {
        "inferenceProfileId": profile_id,
        "inferenceProfileName": f"Profile {profile_id}",
        "type": "SYSTEM_DEFINED",
        "status": "ACTIVE",
        "models": [{"modelArn": arn}],
    }
    return {**summary, **members}


def application_profile(profile_id: str, base: str, region: str = "us-east-1") -> dict[str, Any]:
    """A profile that an account made for itself; it is called by its ARN."""
    return profile(
        profile_id,
        base,
        type="APPLICATION",
        inferenceProfileArn=application_arn(profile_id, region),
        models=[{"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{base}"}],
        regions=[region],
    )


def application_arn(profile_id: str, region: str = "us-east-1") -> str:
    """The ARN of an application profile."""
    return f"arn:aws:bedrock:{region}:{ACCOUNT}:application-inference-profile/{profile_id}"


def says(*events: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Scenario rules under which every model answers with exactly these events."""
    return ({"reply": {"events": list(events)}},)


def begin() -> dict[str, Any]:
    """The event that opens every answer."""
    return {"messageStart": {"role": "assistant"}}


def text(*deltas: str, index: int = 0) -> tuple[dict[str, Any], ...]:
    """A text block as Bedrock sends it: without a contentBlockStart."""
    parts = [{"contentBlockDelta": {"contentBlockIndex": index, "delta": {"text": part}}} for part in deltas]
    return (*parts, {"contentBlockStop": {"contentBlockIndex": index}})


def tool_use(tool_id: str, name: str, *fragments: str, index: int = 0) -> tuple[dict[str, Any], ...]:
    """A tool call whose arguments come in fragments."""
    start = {"contentBlockIndex": index, "start": {"toolUse": {"toolUseId": tool_id, "name": name}}}
    deltas = (
        {"contentBlockDelta": {"contentBlockIndex": index, "delta": {"toolUse": {"input": part}}}}
        for part in fragments
    )
    return ({"contentBlockStart": start}, *deltas, {"contentBlockStop": {"contentBlockIndex": index}})


def end(reason: str = "end_turn", usage: tuple[int, int] = (11, 7)) -> tuple[dict[str, Any], ...]:
    """The two events that close an answer."""
    given, made = usage
    counted = {"inputTokens": given, "outputTokens": made, "totalTokens": given + made}
    return (
        {"messageStop": {"stopReason": reason}},
        {"metadata": {"usage": counted, "metrics": {"latencyMs": 5}}},
    )


def plugin(**sections: Any) -> dict[str, Any]:
    """A configuration with these sections of the amazon-bedrock plugin."""
    return {"plugins": {"entries": {"amazon-bedrock": {"config": sections}}}}


def discovery(**options: Any) -> dict[str, Any]:
    """A configuration of discovery, switched on unless it says otherwise."""
    return plugin(discovery={"enabled": True, **options})


def explicit(**fields: Any) -> dict[str, Any]:
    """A configuration with an explicit provider entry."""
    entry = {"api": "bedrock-converse-stream", "auth": "aws-sdk", **fields}
    return {"models": {"providers": {"amazon-bedrock": entry}}}


def credentials_file(**pairs: Sequence[str]) -> dict[str, str]:
    """A shared credentials file with a key pair for each profile."""
    sections = (
        f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
        for name, (key, secret) in pairs.items()
    )
    return {".aws/credentials": "\n".join(sections)}


def key_pair(access_key_id: str, secret_access_key: str, **more: str) -> dict[str, str]:
    """A key pair as a lab registers it, so that its signatures are verified."""
    return {"accessKeyId": access_key_id, "secretAccessKey": secret_access_key, **more}
