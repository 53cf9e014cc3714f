"""What the journal shows of an exchange that hands out credentials: everything but them."""

from typing import Any

from bedrock_emulator.state.redact import REDACTED

_SECRETS = frozenset(
    {
        "accesstoken",
        "authorizationtoken",
        "clientsecret",
        "codeverifier",
        "devicecode",
        "idtoken",
        "refreshtoken",
        "samlassertion",
        "secretaccesskey",
        "sessiontoken",
        "token",
        "tokencode",
        "webidentitytoken",
    }
)
"""Members whose values are secret, in lower case; the service models mark only some of them as sensitive [botocore]."""


def without_secrets(document: Any) -> Any:
    """The document with the value of every secret member replaced, wherever it lies."""
    match document:
        case dict():
            return {
                name: REDACTED if _is_secret(name) else without_secrets(value)
                for name, value in document.items()
            }
        case list():
            return [without_secrets(item) for item in document]
        case _:
            return document


def _is_secret(name: str) -> bool:
    """Whether a member of this name is; `code` is one of OIDC's, `Code` is what the instance metadata says about itself."""
    return name == "code" or name.lower() in _SECRETS
