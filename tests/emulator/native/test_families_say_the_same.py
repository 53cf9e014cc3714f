"""Whatever a model says and however it is cut, a family's chunks join to what its whole answer holds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_emulator.call import Event
from bedrock_emulator.errors import AwsError
from bedrock_emulator.native.format import Native, TextFormat
from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.render import converse_events
from bedrock_emulator.reply.reply import Block, Reply, Usage
from tests.emulator.native.asked import asked
from tests.emulator.native.text_formats import text_format

Join = Callable[[Sequence[Native]], str]
Whole = Callable[[Native], str]


@dataclass(frozen=True, slots=True)
class Family:
    """A model, a request to it, and where its answers keep their text."""

    model_id: str
    body: Mapping[str, Any]
    whole: Whole
    join: Join
    kinds: tuple[str, ...] = ("text", "citationsContent")
    """The blocks that the family can express."""

    delta: str = "delta"
    """The member of a chat's chunks that holds what is new."""

    @property
    def format(self) -> TextFormat:
        return text_format(self.model_id)


def _said(chunks: Sequence[Native], member: str) -> Iterator[Native]:
    """The deltas of a chat; a chunk with metrics alone has none."""
    return (chunk["choices"][0][member] for chunk in chunks if "choices" in chunk)


def _deltas(chunks: Sequence[Native], member: str) -> str:
    return "".join(delta.get("content") or "" for delta in _said(chunks, member))


def _message(body: Native) -> str:
    return body["choices"][0]["message"]["content"] or ""


def _chat(model_id: str, delta: str = "delta") -> Family:
    return Family(
        model_id, _CHAT, _message, lambda chunks: _deltas(chunks, delta), kinds=_CHAT_KINDS, delta=delta
    )


_PROMPT = {"prompt": "Hi"}
_CHAT = {"messages": [{"role": "user", "content": "Hi"}]}
_CHAT_KINDS = ("text", "citationsContent", "reasoning", "redacted", "toolUse")
FAMILIES = {
    "llama": Family(
        "meta.llama3-8b-instruct-v1:0",
        _PROMPT,
        lambda body: body["generation"],
        lambda chunks: "".join(chunk["generation"] for chunk in chunks),
    ),
    "mistral prompt": Family(
        "mistral.mistral-7b-instruct-v0:2",
        _PROMPT,
        lambda body: body["outputs"][0]["text"],
        lambda chunks: "".join(chunk["outputs"][0]["text"] for chunk in chunks),
    ),
    "mistral chat": _chat("mistral.mistral-large-2407-v1:0", delta="message"),
    "pixtral": _chat("mistral.pixtral-large-2502-v1:0", delta="message"),
    "command": Family(
        "cohere.command-text-v14",
        _PROMPT,
        lambda body: body["generations"][0]["text"],
        lambda chunks: chunks[0]["generations"][0]["text"],
    ),
    "command streamed": Family(
        "cohere.command-light-text-v14",
        {**_PROMPT, "stream": True},
        lambda body: body["generations"][0]["text"],
        lambda chunks: "".join(chunk["text"] for chunk in chunks),
    ),
    "command r": Family(
        "cohere.command-r-v1:0",
        {"message": "Hi"},
        lambda body: body["text"],
        lambda chunks: "".join(chunk.get("text", "") for chunk in chunks),
        ("text", "citationsContent", "toolUse"),
    ),
    "deepseek r1": Family(
        "deepseek.r1-v1:0",
        _PROMPT,
        lambda body: body["choices"][0]["text"],
        lambda chunks: "".join(chunk["choices"][0]["text"] for chunk in chunks),
        ("text", "citationsContent", "reasoning", "redacted"),
    ),
    "pegasus": Family(
        "twelvelabs.pegasus-1-2-v1:0",
        {"inputPrompt": "Hi", "mediaSource": {"base64String": ""}},
        lambda body: body["message"],
        lambda chunks: "".join(chunk["message"] for chunk in chunks),
    ),
    "jamba": _chat("ai21.jamba-1-5-mini-v1:0"),
    "palmyra": _chat("writer.palmyra-x5-v1:0"),
    "openai": _chat("openai.gpt-oss-20b-1:0"),
}
PIECEMEAL = {name: family for name, family in FAMILIES.items() if name != "command"}
"""Command says everything at once, unless it is asked to stream."""
CHATS = {name: family for name, family in FAMILIES.items() if family.kinds == _CHAT_KINDS}

_TEXTS = st.text(max_size=40)
_BLOCKS: Mapping[str, st.SearchStrategy[Block]] = {
    "text": _TEXTS.map(lambda text: {"text": text}),
    "citationsContent": _TEXTS.map(
        lambda text: {"citationsContent": {"content": [{"text": text}], "citations": [{"title": "A page"}]}}
    ),
    "reasoning": _TEXTS.map(lambda text: {"reasoningContent": {"reasoningText": {"text": text}}}),
    "redacted": st.binary(max_size=8).map(lambda data: {"reasoningContent": {"redactedContent": data}}),
    "toolUse": st.dictionaries(_TEXTS, _TEXTS, max_size=2).map(
        lambda given: {"toolUse": {"toolUseId": "call-1", "name": "search", "input": given}}
    ),
}
_STOP_REASONS = st.sampled_from(["end_turn", "max_tokens", "stop_sequence", "tool_use", "content_filtered"])


def _split_at(cuts: Sequence[int]) -> Callable[[str], list[str]]:
    """Pieces of the drawn lengths, and the rest."""

    def split(text: str) -> list[str]:
        pieces: list[str] = []
        for cut in cuts:
            pieces.append(text[:cut])
            text = text[cut:]
        return [*pieces, text]

    return split


@st.composite
def replies(draw: st.DrawFn, kinds: Sequence[str]) -> Reply:
    """Any reply of these kinds of blocks, cut anywhere."""
    blocks = draw(st.lists(st.sampled_from(kinds).flatmap(_BLOCKS.__getitem__), max_size=4))
    cuts = st.lists(st.integers(0, 9), max_size=5)
    return Reply(
        blocks=tuple(blocks),
        stop_reason=draw(_STOP_REASONS),
        usage=Usage(input_tokens=draw(st.integers(0, 99)), output_tokens=draw(st.integers(0, 99))),
        chunks=tuple(_split_at(draw(cuts)) for _ in blocks),
    )


def _streamed(family: Family, reply: Reply) -> list[Native]:
    events = converse_events(reply, family=family_of(family.model_id), latency_ms=1)
    return list(family.format.chunks(events, asked(family.model_id, family.body)))


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
@given(data=st.data())
@settings(max_examples=25)
def test_chunks_join_to_the_whole_text(family: Family, data: st.DataObject) -> None:
    reply = data.draw(replies(family.kinds))
    whole = family.format.body(reply, asked(family.model_id, family.body))
    assert family.join(_streamed(family, reply)) == family.whole(whole)


@pytest.mark.parametrize("family", CHATS.values(), ids=CHATS)
@given(data=st.data())
@settings(max_examples=15)
def test_streamed_tool_calls_join_to_the_whole_ones(family: Family, data: st.DataObject) -> None:
    reply = data.draw(replies(family.kinds))
    message = family.format.body(reply, asked(family.model_id, family.body))["choices"][0]["message"]
    joined: dict[int, dict[str, str]] = {}
    for delta in _said(_streamed(family, reply), family.delta):
        for call in delta.get("tool_calls") or ():
            known = joined.setdefault(call["index"], {"name": call["function"].get("name"), "arguments": ""})
            known["arguments"] += call["function"]["arguments"]
    assert list(joined.values()) == [call["function"] for call in message.get("tool_calls") or ()]


@pytest.mark.parametrize("family", PIECEMEAL.values(), ids=PIECEMEAL)
@given(data=st.data())
@settings(max_examples=15)
def test_what_was_said_before_an_error_arrives_before_it(family: Family, data: st.DataObject) -> None:
    reply = data.draw(replies(("text",)))
    events = list(converse_events(reply, family=family_of(family.model_id), latency_ms=1))
    spoken = "".join(p["delta"]["text"] for name, p in events if name == "contentBlockDelta")

    def failing() -> Iterator[Event]:
        yield from events[:-2]
        raise AwsError("ModelStreamErrorException", "It broke.")

    chunks: list[Native] = []
    stream = family.format.chunks(failing(), asked(family.model_id, family.body))
    with pytest.raises(AwsError, match="It broke"):
        _take(stream, chunks)
    assert family.join(chunks) == spoken


def _take(stream: Iterator[Native], chunks: list[Native]) -> None:
    """Takes chunks one by one, so that those before a break are kept."""
    for chunk in stream:
        chunks.append(chunk)  # noqa: PERF402 - extend does not promise it


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("llama", {"toolUse": {"toolUseId": "1", "name": "search", "input": {}}}),
        ("mistral prompt", {"reasoningContent": {"reasoningText": {"text": "Hm."}}}),
        ("command", {"toolUse": {"toolUseId": "1", "name": "search", "input": {}}}),
        ("command r", {"reasoningContent": {"reasoningText": {"text": "Hm."}}}),
        ("deepseek r1", {"toolUse": {"toolUseId": "1", "name": "search", "input": {}}}),
        ("openai", {"image": {"format": "png", "source": {"bytes": b"1"}}}),
    ],
)
def test_a_block_without_a_place_is_refused_streamed_and_not(name: str, block: Block) -> None:
    family = FAMILIES[name]
    reply = Reply(blocks=(block,), stop_reason="end_turn", usage=Usage(input_tokens=1, output_tokens=1))
    with pytest.raises(AwsError, match="cannot express"):
        family.format.body(reply, asked(family.model_id, family.body))
    with pytest.raises(AwsError, match="cannot express"):
        _streamed(family, reply)
