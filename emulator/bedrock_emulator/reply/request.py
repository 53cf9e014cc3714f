"""What a caller asks of a model: the same value for Converse, InvokeModel and their streams."""

from dataclasses import dataclass, field
from typing import Any

from bedrock_emulator.call import Caller, Params
from bedrock_emulator.reply.caching import Cached


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
    cached: Cached = field(default_factory=Cached)
    """What of the prompt the cache knows and takes in."""

    @property
    def is_streamed(self) -> bool:
        """Whether the answer goes out event by event: ConverseStream and InvokeModelWithResponseStream are named so."""
        return self.operation.endswith("Stream")
