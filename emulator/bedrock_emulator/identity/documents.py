"""Temporary keys as the instance metadata and the container endpoint write them."""

from datetime import UTC, datetime

from bedrock_emulator.state.credentials import Credential


def credential_document(credential: Credential) -> dict[str, str]:
    """The members that every SDK reads."""
    assert credential.session_token is not None  # temporary keys have one,
    assert credential.expires_at is not None  # and an end
    return {
        "AccessKeyId": credential.access_key_id,
        "SecretAccessKey": credential.secret_access_key,
        "Token": credential.session_token,
        "Expiration": write_seconds(credential.expires_at),
    }


def write_seconds(moment: datetime) -> str:
    """ISO 8601 in whole seconds: botocore reads no other form of these endpoints [measured]."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
