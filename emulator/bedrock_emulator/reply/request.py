"""What a caller asks of a model: the same value for Converse, InvokeModel and their streams."""

from dataclasses import dataclass
from typing import Any

from bedrock_emulator.call import Caller, Params


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One turn that a model is asked for, whatever the API operation and the wire format were."""

    operation: str
    model_id: str
    """Of the foundation model; behind a profile too."""
    names: tuple[str, ...]
    """Every id and ARN by which a rule may mean the model, the most specific first."""
    params: Params
    """In Converse's form: messages, system, inferenceConfig, toolConfig, additionalModelRequestFields, …"""
    body: Any
    """The request's JSON as the client sent it, for conditions on members that Converse does not have."""
    caller: Caller
    max_tokens: int
    """Output tokens that the answer may have."""
