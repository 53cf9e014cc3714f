"""Where the prefixes of a prompt end, and what identifies them."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.reply.caching import boundaries, cache_points
from bedrock_emulator.reply.tokens import input_tokens

POINT = {"cachePoint": {"type": "default"}}
LONG_POINT = {"cachePoint": {"type": "default", "ttl": "1h"}}
TEXTS = st.builds(lambda text: {"text": text}, st.text(max_size=30))
TOOLS = st.builds(
    lambda name: {"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}},
    st.sampled_from(["look", "find", "a_long_name"]),
)
IMAGES = st.builds(
    lambda data: {"image": {"format": "png", "source": {"bytes": data}}}, st.binary(max_size=5)
)
POINTS = st.sampled_from([POINT, LONG_POINT])
MESSAGES = st.builds(
    lambda role, content: {"role": role, "content": content},
    st.sampled_from(["user", "assistant"]),
    st.lists(TEXTS | IMAGES | POINTS, min_size=1, max_size=4),
)
REQUESTS = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGES, min_size=1, max_size=3)},
    optional={
        "system": st.lists(TEXTS | POINTS, max_size=3),
        "toolConfig": st.builds(
            lambda tools: {"tools": tools}, st.lists(TOOLS | POINTS, min_size=1, max_size=3)
        ),
    },
)


@given(REQUESTS)
def test_the_last_prefix_is_the_whole_prompt(request):
    ends = boundaries(request)
    marked = {"cachePoint"}
    counted = [
        block for message in request["messages"] for block in message["content"] if set(block) != marked
    ]
    assert not counted or ends[-1].tokens == input_tokens(request) - 3 * trailing_empty(request)
    assert [end.tokens for end in ends] == sorted(end.tokens for end in ends)


def trailing_empty(request):
    """Messages at the end that hold nothing but cachePoints: they count, and end no prefix."""
    count = 0
    for message in reversed(request["messages"]):
        if any("cachePoint" not in block for block in message["content"]):
            break
        count += 1
    return count


@given(REQUESTS, REQUESTS)
def test_prompts_share_prefixes_as_far_as_they_are_the_same(one, two):
    shared = {end.digest for end in boundaries(one)} & {end.digest for end in boundaries(two)}
    same = 0
    for a, b in zip(boundaries(one), boundaries(two), strict=False):
        if a.digest != b.digest:
            break
        same += 1
    assert len(shared) == same


def test_a_cache_point_changes_no_prefix_and_carries_its_time_to_live():
    plain: dict[str, Any] = {"messages": [{"role": "user", "content": [{"text": "a"}, {"text": "b"}]}]}
    marked = copy.deepcopy(plain)
    marked["messages"][0]["content"].insert(1, LONG_POINT)
    assert [end.digest for end in boundaries(plain)] == [end.digest for end in boundaries(marked)]
    assert [end.ttl for end in boundaries(marked)] == ["1h", None]


def test_the_same_text_elsewhere_is_another_prefix():
    block = {"text": "a"}
    digests = {
        boundaries(request)[0].digest
        for request in (
            {"messages": [{"role": "user", "content": [block]}]},
            {"messages": [{"role": "assistant", "content": [block]}]},
            {"system": [block], "messages": []},
        )
    }
    assert len(digests) == 3


def test_places_count_as_claude_counts():
    request = {
        "toolConfig": {"tools": [{"toolSpec": {"name": "a"}}, POINT]},
        "system": [{"text": "a"}, {"text": "b"}, POINT],
        "messages": [{"role": "user", "content": [{"text": "a"}, POINT, {"text": "b"}, POINT]}],
    }
    places = [place for place, _, _ in cache_points(request)]
    assert places == ["tools.0", "system.1", "messages.0.content.0", "messages.0.content.1"]
