"""Events that a scenario gives word for word reach native formats in a form that they can read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_emulator.errors import AwsError
from bedrock_emulator.native.readable import readable
from tests.emulator.native.asked import asked
from tests.emulator.native.text_formats import text_format

MODELS = {
    "anthropic.claude-3-haiku-20240307-v1:0": {},
    "anthropic.claude-v2": {"prompt": "x"},
    "amazon.nova-lite-v1:0": {},
    "amazon.titan-text-express-v1": {},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "text",
                    "toolUse",
                    "input",
                    "toolUseId",
                    "name",
                    "reasoningContent",
                    "signature",
                    "citation",
                    "location",
                ]
            ),
            inner,
            max_size=2,
        )
    ),
    max_leaves=5,
)
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "messageStart",
                "contentBlockStart",
                "contentBlockDelta",
                "contentBlockStop",
                "messageStop",
                "metadata",
                "news",
            ]
        ),
        st.dictionaries(
            st.sampled_from(
                ["contentBlockIndex", "start", "delta", "stopReason", "usage", "metrics", "role"]
            ),
            JSON,
            max_size=3,
        ),
    ),
    max_size=6,
)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("messageStart", {"role": "assistant"}),
        (
            "contentBlockStart",
            {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "t", "name": "n"}}},
        ),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "x"}}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "s"}}}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"citation": {"title": "t"}}}),
        ("messageStop", {"stopReason": "end_turn"}),
        ("metadata", {"usage": {"inputTokens": 1, "outputTokens": 2}, "metrics": {"latencyMs": 3}}),
    ],
)
def test_a_sound_event_stays_as_it_is(name, payload):
    assert list(readable([(name, payload)])) == [(name, payload)]


def test_a_block_without_a_number_is_the_first():
    assert list(readable([("contentBlockStop", {})])) == [("contentBlockStop", {"contentBlockIndex": 0})]


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("contentBlockStart", {"start": {}}),
        ("contentBlockStart", {"start": {"toolUse": {"name": "n"}}}),
        ("contentBlockDelta", {"delta": {"text": 5}}),
        ("contentBlockDelta", {"delta": {"toolUse": {"input": {}}}}),
        ("contentBlockDelta", {"delta": {"citation": {"sourceContent": "x"}}}),
        ("contentBlockStop", {"contentBlockIndex": "one"}),
        ("metadata", {"usage": {"inputTokens": "many"}}),
        ("news", {}),
    ],
)
def test_what_no_format_can_read_is_passed_over(name, payload):
    assert list(readable([(name, payload)])) == []


@pytest.mark.parametrize("model_id", MODELS)
def test_no_events_make_a_format_fail(model_id):
    @given(EVENTS)
    @settings(max_examples=50)
    def holds(events):
        try:
            chunks = list(text_format(model_id).chunks(readable(events), asked(model_id, MODELS[model_id])))
        except AwsError as error:
            assert error.code == "ModelErrorException"  # noqa: PT017 - a block that the family cannot say
        else:
            assert all(isinstance(chunk, dict) for chunk in chunks)

    holds()
