"""The dispatch table: which API calls are served, and by which function.

The server, the "not served" answer and the page of operations all read this one table.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bedrock_emulator.call import Handler
from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.foundation_models import get_foundation_model, list_foundation_models
from bedrock_emulator.operations.inference_profiles import get_inference_profile, list_inference_profiles
from bedrock_emulator.operations.runtime.converse import converse, converse_stream

OPERATIONS_PAGE = "/_emulator/operations"
"""Where a running emulator lists what it serves."""

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "Converse": converse,
        "ConverseStream": converse_stream,
        "GetFoundationModel": get_foundation_model,
        "GetInferenceProfile": get_inference_profile,
        "ListFoundationModels": list_foundation_models,
        "ListInferenceProfiles": list_inference_profiles,
    }
)


def not_served(operation: str) -> AwsError:
    """The answer of an operation that the service models know and this emulator does not serve.

    400, because SDKs retry 5xx and 429.
    """
    message = f"This emulator does not serve {operation}. It lists what it serves at {OPERATIONS_PAGE}."
    return AwsError("UnknownOperationException", message, status=400)
