"""CountTokens: the input tokens that the same request would be charged for in Converse or InvokeModel."""

from collections.abc import Mapping
from typing import Any

from bedrock_emulator.call import Call, Output, Params
from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.native.format import TextFormat
from bedrock_emulator.native.formats import format_of
from bedrock_emulator.operations.runtime.conversation import check_conversation
from bedrock_emulator.operations.runtime.demand import Demand
from bedrock_emulator.operations.runtime.invocation import check_question, read_body
from bedrock_emulator.operations.runtime.resolution import own_model_id, resolve_model
from bedrock_emulator.reply.family import claude_version
from bedrock_emulator.reply.tokens import input_tokens
from bedrock_emulator.state.models import ModelRecord

_COUNTED_SINCE = (3, 5)
"""The Claude versions that the operation supports, and no other family [docs]."""


def count_tokens(call: Call, params: Params) -> Output:
    """The tokens of a request, which is checked as the operation that it is meant for would check it."""
    model = _countable(call, params["modelId"])
    wanted: Mapping[str, Any] = params["input"]
    if "converse" in wanted:
        question: Params = {"messages": (), **wanted["converse"]}
        check_conversation(_demand(call, question, model), known=call.lab.signatures)
    else:
        question = _native_question(wanted["invokeModel"]["body"], model)
        check_question(_demand(call, question, model), known=call.lab.signatures)
    return {"inputTokens": input_tokens(question)}


def _demand(call: Call, question: Params, model: ModelRecord) -> Demand:
    return Demand(question, model, region=call.region, counting=True)


def _countable(call: Call, identifier: str) -> ModelRecord:
    """The model that is named itself: profiles are refused, also those that reach a supported one [recorded].

    A model that can be called through a profile alone is counted by its own id [recorded, Claude Sonnet 4].
    """
    model = call.lab.catalogue.model(own_model_id(call, identifier), call.region)
    if model is None:
        resolve_model(call, identifier)  # refuses what does not exist; what does is a profile
        raise _unsupported()
    version = claude_version(model.model_id)
    if version is None or version.number < _COUNTED_SINCE:
        raise _unsupported()
    return model


def _native_question(data: bytes, model: ModelRecord) -> Params:
    native = format_of(model.model_id)
    if not isinstance(native, TextFormat):
        raise _unsupported()
    return native.read(read_body(data), model.model_id)


def _unsupported() -> AwsError:
    return validation_error("The provided model doesn't support counting tokens.")  # [recorded]
