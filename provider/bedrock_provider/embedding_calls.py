"""Texts to vectors: split into requests, asked side by side, put back in order; the asking itself is passed in."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bedrock_provider.classify import RETRYABLE, Category
from bedrock_provider.deadlines import in_order
from bedrock_provider.embeddings import (
    DEFAULT_MODEL,
    PURPOSES,
    EmbeddingModel,
    Json,
    Purpose,
    Question,
    Vector,
    called_reference,
    read_answer,
    read_vectors,
)
from bedrock_provider.errors import CallError, ErrorInfo, RequestError
from bedrock_provider.events import Usage
from bedrock_provider.memory_search import MemorySearchConfig, config_path
from bedrock_provider.values import Value

REQUESTS_AT_ONCE = 8
"""Fewer than the ten connections that an SDK client keeps open to a host [botocore]."""
_ABOUT_A_TEXT: frozenset[Category] = frozenset({"context_overflow", "format", "guardrail", "validation"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingRequest(Value):
    """Texts that shall become vectors."""

    texts: Sequence[str]
    model: str | None = None
    """A model id, a profile id or an ARN; None takes that of the configuration, else the documented default."""
    dimensions: int | None = None
    """The length of the vectors; None takes that of the configuration, else the model's default."""
    purpose: Purpose = "document"
    """Texts that are searched are documents, the text that is looked for is a query."""
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingResult(Value):
    """One vector for each text, in the order of the texts."""

    vectors: tuple[Vector, ...]
    """Of length 1 each; empty for a blank text."""
    model: str
    dimensions: int | None
    """How many numbers each vector has; None when every text was blank and the model is not in the table."""
    usage: Usage
    """The tokens that were read; Marengo does not count them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeAnswer:
    """What InvokeModel gave back."""

    data: bytes
    input_tokens: int | None = None
    """As the header of the answer counts them."""
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingTask:
    """A checked request: nothing about it is left to decide."""

    reference: str
    """What the call names."""
    model: EmbeddingModel
    texts: Sequence[str]
    purpose: Purpose
    dimensions: int | None
    batches: Sequence[Sequence[int]]
    """The positions of the texts of each request."""


Find = Callable[[str], EmbeddingModel]
Length = Callable[[EmbeddingModel, int | None], int | None]
Split = Callable[[Sequence[str], int], Sequence[Sequence[int]]]
Invoke = Callable[[dict[str, Any]], NativeAnswer]
Normalise = Callable[[Sequence[float]], Vector]


def check_request(request: EmbeddingRequest) -> None:
    """Raise RequestError for what no model could embed."""
    if isinstance(request.texts, (str, bytes)) or not isinstance(request.texts, Sequence):
        raise RequestError("texts", "must be a list of texts")
    for index, text in enumerate(request.texts):
        if not isinstance(text, str):
            raise RequestError(f"texts[{index}]", f"must be a text, not {type(text).__name__}")
    if request.purpose not in PURPOSES:
        raise RequestError("purpose", f'must be "document" or "query", not {request.purpose!r}')


def plan(
    request: EmbeddingRequest, configured: MemorySearchConfig, *, find: Find, length: Length, split: Split
) -> EmbeddingTask:
    """The request, completed from the configuration; raises RequestError with the place of what cannot be used.

    Args:
        request: what the caller wants.
        configured: what holds where the caller says nothing; its dimensions belong to its model alone.
        find: the model behind a reference.
        length: the length of vector to ask for.
        split: the positions of the texts of each request.
    """
    check_request(request)
    reference, dimensions, from_file = request.model, request.dimensions, set()
    if reference is None and configured.model is not None:
        reference = configured.model
        from_file.add("model")
    if request.model is None and dimensions is None and configured.dimensions is not None:
        dimensions = configured.dimensions
        from_file.add("dimensions")
    try:
        called = called_reference(DEFAULT_MODEL if reference is None else reference)
        model = find(called)
        dimensions = length(model, dimensions)
    except RequestError as error:
        if error.path in from_file:
            raise RequestError(config_path(error.path), error.problem) from error
        raise
    return EmbeddingTask(
        reference=called,
        model=model,
        texts=request.texts,
        purpose=request.purpose,
        dimensions=dimensions,
        batches=split(request.texts, model.family.texts_per_request),
    )


def invocation(reference: str, body: Json, guardrail: Json) -> dict[str, Any]:
    """The members of an InvokeModel request."""
    kind = "application/json"
    return {
        "modelId": reference,
        "body": json.dumps(body),
        "contentType": kind,
        "accept": kind,
        **guardrail,
    }


def embed(task: EmbeddingTask, invoke: Invoke, normalise: Normalise) -> EmbeddingResult:
    """Every text's vector in its place; raises the CallError of the first request that fails, and asks no more."""
    asks = [partial(_ask, task, batch, invoke) for batch in task.batches]
    vectors: list[Vector] = [()] * len(task.texts)
    tokens = 0
    for batch, (rows, counted) in zip(task.batches, in_order(asks, at_once=REQUESTS_AT_ONCE), strict=True):
        tokens += counted
        for position, row in zip(batch, rows, strict=True):
            vectors[position] = normalise(row)
    return EmbeddingResult(
        vectors=tuple(vectors),
        model=task.reference,
        dimensions=max(map(len, vectors), default=0) or task.dimensions,
        usage=Usage(input=tokens, total_tokens=tokens),
    )


def _ask(task: EmbeddingTask, batch: Sequence[int], invoke: Invoke) -> tuple[list[list[float]], int]:
    """The vectors of one request as the model gave them, and the tokens that it read."""
    texts = [task.texts[position] for position in batch]
    question = Question(texts=texts, purpose=task.purpose, dimensions=task.dimensions)
    try:
        given = invoke(task.model.family.body(question))
        return _read(task, given, len(texts))
    except CallError as failure:
        raise CallError(_naming_texts(failure.info, task, batch)) from failure.__cause__


def _read(task: EmbeddingTask, given: NativeAnswer, texts: int) -> tuple[list[list[float]], int]:
    try:
        answer = read_answer(given.data)
        if answer.get("amazon-bedrock-guardrailAction") == "INTERVENED":
            raise _failure("GuardrailIntervened", "guardrail", "the guardrail blocked the text", given)
        rows = read_vectors(task.model.family, answer, texts, task.dimensions)
    except ValueError as error:
        message = f"{task.reference} answered {error}"
        raise _failure("MalformedEmbedding", "server", message, given) from error
    return rows, _tokens(given, answer)


def _tokens(given: NativeAnswer, answer: Json) -> int:
    """As the header says, else the body [recorded: Cohere has no count in its body]; Marengo tells neither."""
    counted = answer.get("inputTextTokenCount") if given.input_tokens is None else given.input_tokens
    return int(counted) if isinstance(counted, (int, float)) else 0


def _failure(name: str, category: Category, message: str, given: NativeAnswer) -> CallError:
    retryable = category in RETRYABLE
    return CallError(
        ErrorInfo(
            type=name, category=category, message=message, retryable=retryable, request_id=given.request_id
        )
    )


def _naming_texts(info: ErrorInfo, task: EmbeddingTask, batch: Sequence[int]) -> ErrorInfo:
    """Who embeds many texts wants to know which one was refused."""
    if info.category not in _ABOUT_A_TEXT or len(task.texts) == 1:
        return info
    place = f"texts[{batch[0]}]" if len(batch) == 1 else f"texts[{batch[0]}] to texts[{batch[-1]}]"
    return replace(info, message=f"{info.message} ({place})")
