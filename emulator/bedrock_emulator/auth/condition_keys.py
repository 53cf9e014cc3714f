"""The condition keys whose value the emulator knows of every request, and what is said about the others."""

from collections.abc import Collection

from bedrock_emulator.errors import AdminError
from bedrock_emulator.state.nearest import did_you_mean

KNOWN = (
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalType",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:SecureTransport",
    "aws:TagKeys",
    "aws:ViaAWSService",
    "aws:username",
    "bedrock:BearerTokenType",
    "bedrock:GuardrailIdentifier",
    "bedrock:InferenceProfileArn",
    "bedrock:ServiceTier",
)
"""Keys that the emulator gives a value, or knows to be absent."""

TAG_PREFIXES = ("aws:requesttag/", "aws:resourcetag/")
"""Keys that end in the key of a tag."""

_LOWER = frozenset(key.lower() for key in KNOWN)


def check_key(key: str, *, given: Collection[str], path: str) -> None:
    """Refuse a key that would never match, because the emulator does not know it.

    Args:
        key: as the policy names it.
        given: in lower case, keys whose values the document itself gives.
        path: where the key stands.

    Raises:
        AdminError: nothing gives the key a value.
    """
    name = key.lower()
    if name in _LOWER or name in given or name.startswith(TAG_PREFIXES):
        return
    if ":" not in key:
        message = f"condition keys have a prefix, as in aws:username{did_you_mean(key, KNOWN)}"
    else:
        message = (
            f"the emulator does not know {key!r} of a request: give it a value in the member 'context' of the IAM "
            f"document, null for an absent key{did_you_mean(key, KNOWN)}"
        )
    raise AdminError(400, message, path=path)
