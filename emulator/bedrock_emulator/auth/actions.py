"""Which action of IAM an API operation needs."""

from collections.abc import Mapping
from types import MappingProxyType

from bedrock_emulator.model.service import Api

BEARER_ACTION = "CallWithBearerToken"
"""What every call with a Bedrock API key needs besides its own action [docs]."""

GUARDRAIL_ACTION = "ApplyGuardrail"
TAG_ACTION = "TagResource"

OTHER_ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "Converse": "InvokeModel",
        "ConverseStream": "InvokeModelWithResponseStream",
        "StartAsyncInvoke": "InvokeModel",
    }
)
"""Operations that are no actions, with the one that they need [botocore: their documentation]."""


def action_of(operation: str) -> str:
    """The action of an operation, without the prefix; most have the operation's own name [docs]."""
    return OTHER_ACTIONS.get(operation, operation)


def actions_of(api: Api) -> frozenset[str]:
    """Every action that some operation needs."""
    return frozenset(map(action_of, api.operations)) | {BEARER_ACTION}
