"""The dispatch table: which API calls are served, and by which function.

The server, the "not served" answer and the page of operations all read this one table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Self, TypeAlias

from bedrock_emulator.call import Handler
from bedrock_emulator.errors import AwsError
from bedrock_emulator.model.service import Api
from bedrock_emulator.operations.empty import empty_handlers
from bedrock_emulator.operations.foundation_models import (
    get_foundation_model,
    get_foundation_model_availability,
    list_foundation_models,
)
from bedrock_emulator.operations.guardrails import (
    create_guardrail,
    create_guardrail_version,
    delete_guardrail,
    get_guardrail,
    list_guardrails,
    update_guardrail,
)
from bedrock_emulator.operations.inference_profiles import (
    create_inference_profile,
    delete_inference_profile,
    get_inference_profile,
    list_inference_profiles,
)
from bedrock_emulator.operations.logging import (
    delete_model_invocation_logging_configuration,
    get_model_invocation_logging_configuration,
    put_model_invocation_logging_configuration,
)
from bedrock_emulator.operations.runtime.apply_guardrail import apply_guardrail
from bedrock_emulator.operations.runtime.async_invoke import (
    get_async_invoke,
    list_async_invokes,
    start_async_invoke,
)
from bedrock_emulator.operations.runtime.converse import converse, converse_stream
from bedrock_emulator.operations.runtime.count_tokens import count_tokens
from bedrock_emulator.operations.runtime.guardrail_checks import invoke_guardrail_checks
from bedrock_emulator.operations.runtime.invoke import invoke_model, invoke_model_with_response_stream
from bedrock_emulator.operations.tags import list_tags_for_resource, tag_resource, untag_resource

OPERATIONS_PAGE = "/_emulator/operations"
"""Where a running emulator lists what it serves."""

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "ApplyGuardrail": apply_guardrail,
        "Converse": converse,
        "ConverseStream": converse_stream,
        "CountTokens": count_tokens,
        "CreateGuardrail": create_guardrail,
        "CreateGuardrailVersion": create_guardrail_version,
        "CreateInferenceProfile": create_inference_profile,
        "DeleteGuardrail": delete_guardrail,
        "DeleteInferenceProfile": delete_inference_profile,
        "DeleteModelInvocationLoggingConfiguration": delete_model_invocation_logging_configuration,
        "GetAsyncInvoke": get_async_invoke,
        "GetFoundationModel": get_foundation_model,
        "GetFoundationModelAvailability": get_foundation_model_availability,
        "GetGuardrail": get_guardrail,
        "GetInferenceProfile": get_inference_profile,
        "GetModelInvocationLoggingConfiguration": get_model_invocation_logging_configuration,
        "InvokeGuardrailChecks": invoke_guardrail_checks,
        "InvokeModel": invoke_model,
        "InvokeModelWithResponseStream": invoke_model_with_response_stream,
        "ListAsyncInvokes": list_async_invokes,
        "ListFoundationModels": list_foundation_models,
        "ListGuardrails": list_guardrails,
        "ListInferenceProfiles": list_inference_profiles,
        "ListTagsForResource": list_tags_for_resource,
        "PutModelInvocationLoggingConfiguration": put_model_invocation_logging_configuration,
        "StartAsyncInvoke": start_async_invoke,
        "TagResource": tag_resource,
        "UntagResource": untag_resource,
        "UpdateGuardrail": update_guardrail,
    }
)


Status: TypeAlias = Literal["served", "empty", "refused"]
"""Of an operation. Empty ones answer that there is nothing, which is true as nothing can be created."""


@dataclass(frozen=True, slots=True)
class DispatchTable:
    """Which function answers each operation, and why."""

    served: Mapping[str, Handler]
    empty: Mapping[str, Handler]

    @classmethod
    def of(cls, api: Api, served: Mapping[str, Handler]) -> Self:
        """The table of these handlers; what they leave open is empty or refused."""
        empty = empty_handlers(api)
        return cls(served, {name: empty[name] for name in empty if name not in served})

    @property
    def handlers(self) -> dict[str, Handler]:
        """What answers each operation that is not refused."""
        return {**self.empty, **self.served}

    def status(self, operation: str) -> Status:
        """What a caller of the operation can expect."""
        if operation in self.served:
            return "served"
        return "empty" if operation in self.empty else "refused"


def not_served(operation: str) -> AwsError:
    """The answer of an operation that the service models know and this emulator does not serve.

    400, because SDKs retry 5xx and 429.
    """
    message = f"This emulator does not serve {operation}. It lists what it serves at {OPERATIONS_PAGE}."
    return AwsError("UnknownOperationException", message, status=400)
