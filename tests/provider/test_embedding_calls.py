"""Texts to vectors with a service that answers in any order, wrongly, or not at all."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_provider import CallError, EmbeddingRequest, ErrorInfo, MemorySearchConfig, RequestError
from bedrock_provider.deadlines import in_order
from bedrock_provider.embedding_calls import EmbeddingTask, Invoke, NativeAnswer, embed, plan
from bedrock_provider.embeddings import checked_dimensions, embedding_model, normalised, split_texts

NOTHING = MemorySearchConfig()
THROTTLED = ErrorInfo(type="ThrottlingException", category="rate_limit", message="Slow down.", retryable=True)
TOO_LONG = ErrorInfo(type="ValidationException", category="validation", message="No.", retryable=False)


def planned(request: EmbeddingRequest, configured: MemorySearchConfig = NOTHING) -> EmbeddingTask:
    return plan(request, configured, find=embedding_model, length=checked_dimensions, split=split_texts)


def embedded(texts: list[str], invoke: Invoke, model: str = "amazon.titan-embed-text-v9") -> Any:
    """Vectors as they come, so that each can be told from the others."""
    task = planned(EmbeddingRequest(texts=texts, model=model))
    return embed(task, invoke, tuple)


def vector(text: str) -> list[float]:
    return [float(len(text)), *(float(ord(letter)) for letter in text)]


def titan(body: dict[str, Any]) -> NativeAnswer:
    row = vector(body["inputText"])
    return NativeAnswer(data=json.dumps({"embedding": row, "inputTextTokenCount": len(row)}).encode())


def cohere(body: dict[str, Any]) -> NativeAnswer:
    rows = [vector(text) for text in body["texts"]]
    return NativeAnswer(data=json.dumps({"embeddings": {"float": rows}}).encode(), input_tokens=len(rows))


@pytest.mark.parametrize(
    ("model", "invoke"), [("amazon.titan-embed-text-v9", titan), ("cohere.embed-v5:0", cohere)]
)
@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text("ab \n", max_size=3), max_size=250))
def test_no_text_is_lost_and_each_vector_is_in_the_place_of_its_text(
    model: str, invoke: Invoke, texts: list[str]
) -> None:
    result = embedded(texts, invoke, model)
    assert result.vectors == tuple(tuple(vector(text)) if text.strip() else () for text in texts)
    used = [text for text in texts if text.strip()]
    assert result.usage.input == (len(used) if invoke is cohere else sum(len(vector(text)) for text in used))


@settings(max_examples=30, deadline=None)
@given(turns=st.permutations(range(6)), failing=st.sets(st.integers(0, 5)))
def test_results_keep_the_order_of_their_tasks_however_they_finish(
    turns: list[int], failing: set[int]
) -> None:
    finished = {turn: threading.Event() for turn in turns}

    def task(index: int) -> Callable[[], int]:
        before = turns[: turns.index(index)]

        def run() -> int:
            for turn in before:
                finished[turn].wait()
            finished[index].set()
            if index in failing:
                raise CallError(THROTTLED)
            return index

        return run

    tasks = [task(index) for index in range(6)]
    if failing:
        with pytest.raises(CallError):
            in_order(tasks, at_once=6)
    else:
        assert in_order(tasks, at_once=6) == list(range(6))


def test_nothing_more_is_asked_after_a_failure() -> None:
    begun: list[int] = []

    def task(index: int) -> Callable[[], None]:
        def run() -> None:
            begun.append(index)
            if index == 2:
                raise CallError(THROTTLED)

        return run

    with pytest.raises(CallError):
        in_order([task(index) for index in range(100)], at_once=1)
    assert begun == [0, 1, 2]


def test_no_more_requests_run_at_once_than_an_sdk_client_has_connections() -> None:
    together = threading.Barrier(8)
    running, most, lock = 0, 0, threading.Lock()

    def invoke(body: dict[str, Any]) -> NativeAnswer:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(5)
        with lock:
            running -= 1
        return titan(body)

    embedded(["text"] * 24, invoke)
    assert most == 8


def test_the_blank_texts_of_a_list_cost_nothing() -> None:
    never: Invoke = lambda _: pytest.fail("nothing to ask for")  # noqa: E731
    result = embedded(["", " \t\n"], never, "amazon.titan-embed-text-v1")
    assert (result.vectors, result.dimensions, result.usage.input) == (((), ()), 1536, 0)
    assert embedded([], titan).vectors == ()


@pytest.mark.parametrize(
    ("texts", "model", "info", "message"),
    [
        (["a", "bad"], "amazon.titan-embed-text-v9", TOO_LONG, "No. (texts[1])"),
        (["bad"], "amazon.titan-embed-text-v9", TOO_LONG, "No."),
        (["a", "bad"], "amazon.titan-embed-text-v9", THROTTLED, "Slow down."),
        (["a"] * 100 + ["bad"], "cohere.embed-v5:0", TOO_LONG, "No. (texts[96] to texts[100])"),
    ],
)
def test_a_refused_text_is_named_by_its_place(
    texts: list[str], model: str, info: ErrorInfo, message: str
) -> None:
    def invoke(body: dict[str, Any]) -> NativeAnswer:
        if "bad" in json.dumps(body):
            raise CallError(info)
        return cohere(body) if "texts" in body else titan(body)

    with pytest.raises(CallError) as failed:
        embedded(texts, invoke, model)
    assert (failed.value.info.category, failed.value.info.message) == (info.category, message)


@pytest.mark.parametrize(
    ("data", "name", "category", "retryable"),
    [
        (b"{}", "MalformedEmbedding", "server", True),
        (b"<html>", "MalformedEmbedding", "server", True),
        (b'{"amazon-bedrock-guardrailAction": "INTERVENED"}', "GuardrailIntervened", "guardrail", False),
    ],
)
def test_an_answer_that_holds_no_vector_is_an_error_with_its_request_id(
    data: bytes, name: str, category: str, retryable: bool
) -> None:
    with pytest.raises(CallError) as failed:
        embedded(["a"], lambda _: NativeAnswer(data=data, request_id="r-1"))
    info = failed.value.info
    assert (info.type, info.category, info.retryable, info.request_id) == (name, category, retryable, "r-1")


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"texts": "one text"}, "texts: must be a list of texts"),
        ({"texts": {"a": "b"}}, "texts: must be a list of texts"),
        ({"texts": ["a", None]}, r"texts\[1\]: must be a text, not NoneType"),
        ({"texts": [], "purpose": "search"}, "purpose: must be .document. or .query., not 'search'"),
        ({"texts": [], "model": ""}, "model: must name"),
        ({"texts": [], "dimensions": 300}, "dimensions: invalid dimensions 300"),
    ],
    ids=str,
)
def test_a_request_that_no_model_could_take_is_refused_with_its_place(
    members: dict[str, Any], problem: str
) -> None:
    with pytest.raises(RequestError, match=f"^{problem}"):
        planned(EmbeddingRequest(**members))


@pytest.mark.parametrize(
    ("configured", "problem"),
    [
        (
            {"model": "acme.chat"},
            'agents.defaults.memorySearch.model: "acme.chat" is no known embedding model',
        ),
        (
            {"dimensions": 300},
            "agents.defaults.memorySearch.outputDimensionality: invalid dimensions 300 for amazon.titan",
        ),
    ],
)
def test_what_the_file_says_is_refused_by_its_place_in_the_file(
    configured: dict[str, Any], problem: str
) -> None:
    with pytest.raises(RequestError) as refused:
        planned(EmbeddingRequest(texts=["a"]), MemorySearchConfig(**configured))
    assert str(refused.value).startswith(problem)


def test_the_configured_length_is_for_the_configured_model_alone() -> None:
    configured = MemorySearchConfig(model="bedrock/us.cohere.embed-v4:0", dimensions=512)
    by_file = planned(EmbeddingRequest(texts=["a"]), configured)
    shorter = planned(EmbeddingRequest(texts=["a"], dimensions=256), configured)
    other = planned(EmbeddingRequest(texts=["a"], model="amazon.titan-embed-text-v2:0"), configured)
    assert [(it.reference, it.dimensions) for it in (by_file, shorter, other)] == [
        ("us.cohere.embed-v4:0", 512),
        ("us.cohere.embed-v4:0", 256),
        ("amazon.titan-embed-text-v2:0", 1024),
    ]


def test_a_result_of_a_unit_vector_tells_its_length() -> None:
    task = planned(EmbeddingRequest(texts=["ab"], model="amazon.titan-embed-text-v9"))
    result = embed(task, titan, normalised)
    assert result.dimensions == 3
    assert sum(number**2 for number in result.vectors[0]) == pytest.approx(1)
