"""What a native format is: how InvokeModel's bodies of one model family are read and written.

Two kinds stand in the table of formats.py. A `TextFormat` has a conversation: its request becomes the same
question that Converse asks, so that one scenario drives both. A `ComputedFormat` answers by itself, as embeddings do.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from bedrock_emulator.call import Event, Params
from bedrock_emulator.errors import AwsError
from bedrock_emulator.reply.reply import Reply

Native: TypeAlias = Mapping[str, Any]
"""JSON in the family's own form, its members in the family's own order: it is written as it stands."""

CacheHeaders: TypeAlias = Literal["both", "read", "none"]
"""Which cache counts an answer has in its headers and metrics although nothing was cached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an answer in a native format needs to know of its request."""

    model_id: str
    """Of the foundation model; behind a profile too."""
    body: Native
    """The request as the client wrote it; some families repeat parts of it."""
    request_id: str
    """The ids in the answer are made of it, see identifiers.py."""
    input_tokens: int
    """For families that count the prompt before they speak."""
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    """Of the prompt, as `input_tokens`."""
    caches: bool = False
    """Whether the request asks for prompt caching."""
    created: int = 0
    """When the answer was made, in Unix seconds on the lab's clock, for families that say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFormat:
    """The native format of models that have conversations."""

    read: Callable[[Native, str], Params]
    """(request body, model id) -> the request in Converse's form: blobs as bytes, `messages` never absent.

    What the family has beyond Converse goes to `additionalModelRequestFields`. Raises AwsError as the family refuses;
    schema.py has the words of most.
    """
    body: Callable[[Reply, Asked], Native]
    """The whole answer."""
    chunks: Callable[[Iterable[Event], Asked], Iterator[Native]]
    """The same answer piece by piece, made from ConverseStream events as they come; spoken.py reads them as plain text.

    The token counts come last, in the event `metadata`: chunks that need them are given after it was read. An
    AwsError that the events raise passes through. `amazon-bedrock-invocationMetrics` is added by the operation.
    """
    cache_headers: Callable[[str], CacheHeaders] = lambda _model_id: "none"
    """(model id) -> the cache counts of an answer without any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """An answer that needed no model."""

    body: Native
    input_tokens: int | None = None
    """None where the service sends no count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedFormat:
    """The native format of models without a conversation, which cannot be streamed."""

    compute: Callable[[Native, str], Computed]
    """(request body, model id) -> the answer; raises AwsError as the family refuses."""


NativeFormat: TypeAlias = TextFormat | ComputedFormat


INEXPRESSIBLE = "ModelErrorException"
"""The error code of `inexpressible`."""


def inexpressible(kind: str, native: str) -> AwsError:
    """The answer where a scenario's reply holds a block that the family's format has no place for."""
    return AwsError(
        INEXPRESSIBLE,
        f"The scenario answers with a block of kind '{kind}', which {native} cannot express. "
        "Answer this model with other blocks, or call it through Converse.",
        status=424,
    )
