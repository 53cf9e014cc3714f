"""Rows as ListFoundationModels and ListInferenceProfiles give them."""

from typing import Any


def model(model_id: str = "acme.chat-v1:0", **members: Any) -> dict[str, Any]:
    """A foundation model that discovery lists, but for what `members` change."""
    row = {
        "modelId": model_id,
        "modelName": f"Model {model_id}",
        "providerName": model_id.partition(".")[0].title(),
        "inputModalities": ["TEXT"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": True,
        "modelLifecycle": {"status": "ACTIVE"},
    }
    return {**row, **members}


def profile(profile_id: str, *bases: str, **members: Any) -> dict[str, Any]:
    """A system-defined profile over some models."""
    row = {
        "inferenceProfileId": profile_id,
        "inferenceProfileName": f"Profile {profile_id}",
        "type": "SYSTEM_DEFINED",
        "status": "ACTIVE",
        "models": [{"modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{base}"} for base in bases],
    }
    return {**row, **members}


def application_profile(profile_id: str, *bases: str) -> dict[str, Any]:
    """A profile that an account made; it is called by its ARN."""
    arn = f"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/{profile_id}"
    return profile(profile_id, *bases, type="APPLICATION", inferenceProfileArn=arn)
