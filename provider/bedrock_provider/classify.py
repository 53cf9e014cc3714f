"""What kind of failure an AWS error is: a total function from its name and message to a closed set."""

import re
from typing import Literal

Category = Literal[
    "aborted",
    "auth",
    "context_overflow",
    "format",
    "guardrail",
    "model_access",
    "network",
    "overloaded",
    "rate_limit",
    "server",
    "unknown",
    "validation",
]

RETRYABLE: frozenset[Category] = frozenset({"network", "overloaded", "rate_limit", "server"})
"""The categories where the same call may succeed a little later."""

_BY_NAME: dict[str, Category] = {
    # AWS service errors [botocore]
    "throttling": "rate_limit",
    "toomanyrequests": "rate_limit",
    "servicequotaexceeded": "rate_limit",
    "modelnotready": "overloaded",
    "internalserver": "server",
    "serviceunavailable": "server",
    "modeltimeout": "server",
    "modelerror": "server",
    "modelstreamerror": "server",
    "validation": "validation",
    "resourcenotfound": "validation",
    "conflict": "validation",
    "accessdenied": "auth",
    # the authentication layer [recorded]
    "expiredtoken": "auth",
    "unrecognizedclient": "auth",
    "invalidsignature": "auth",
    "signaturedoesnotmatch": "auth",
    "incompletesignature": "auth",
    "missingauthenticationtoken": "auth",
    "invalidclienttokenid": "auth",
    "notauthorized": "auth",
    "unauthorized": "auth",
    # the SDK on its way to credentials [botocore]
    "nocredentials": "auth",
    "partialcredentials": "auth",
    "credentialretrieval": "auth",
    "profilenotfound": "auth",
    "noauthtoken": "auth",
    "tokenretrieval": "auth",
    "unauthorizedssotoken": "auth",
    "ssotokenload": "auth",
    "metadataretrieval": "auth",
    "invalidendpointconfiguration": "auth",  # a bearer token towards a plain http endpoint
    # the SDK on its way to the wire [botocore]
    "paramvalidation": "validation",
    "value": "validation",  # botocore's ValueError for an endpoint that is no URL
    "invalidregion": "validation",
    "unknownendpoint": "validation",
    "endpointconnection": "network",
    "connecttimeout": "network",
    "readtimeout": "network",
    "connectionclosed": "network",
    "proxyconnection": "network",
    "ssl": "network",
    "httpclient": "network",
    "responsestreaming": "network",
    "incompleteread": "network",
    "protocol": "network",
    "deadlineexceeded": "network",
    "streamendedearly": "network",
    "malformedstream": "network",
}

_OVERFLOW = (
    "input is too long",
    "max input token",
    "input token.*exceed",
    "too many input tokens",
    "prompt is too long",
    "exceeds the maximum number of input tokens",
    "exceed context limit",
    "too many total text bytes",
)

_BY_MESSAGE: tuple[tuple[frozenset[str], str, Category], ...] = (
    # Texts as AWS and the models behind it write them [recorded] [reported by users].
    (frozenset({"validation", "modelstreamerror", "modelerror"}), "|".join(_OVERFLOW), "context_overflow"),
    (frozenset({"validation"}), "temperature.*deprecated|deprecated.*temperature", "format"),
    (frozenset({"validation"}), "malformed input request", "format"),
    (frozenset({"validation", "resourcenotfound"}), r"\bguardrail\b", "guardrail"),
    (frozenset({"accessdenied"}), "bedrock:ApplyGuardrail", "guardrail"),
    (
        frozenset({"accessdenied"}),
        "access to the model|model access is denied|unsupported model",
        "model_access",
    ),
    (
        frozenset({"accessdenied"}),
        r"on resource: \S+:(?:foundation-model|[\w-]*inference-profile)/",
        "model_access",
    ),
    (frozenset({"resourcenotfound"}), "use case details|access denied|end of its life", "model_access"),
)
_RATE_LIMIT = "too many (concurrent requests|tokens|requests)"
"""Whatever the error is called."""


def classify(error_type: str, message: str) -> Category:
    """The category of an AWS or SDK error; `unknown` when neither name nor message tells."""
    name = canonical_name(error_type)
    for names, pattern, category in _BY_MESSAGE:
        if name in names and re.search(pattern, message, re.IGNORECASE | re.DOTALL):
            return category
    if re.search(_RATE_LIMIT, message, re.IGNORECASE):
        return "rate_limit"
    return _BY_NAME.get(name, "unknown")


def canonical_name(error_type: str) -> str:
    """`ThrottlingException` and `throttlingException` as `throttling`.

    Names begin in lower case inside an event stream and in upper case in a header [recorded].
    """
    return re.sub(r"(exception|error)$", "", error_type.strip().lower())
