import pytest

from bedrock_emulator.reply.family import family_of
from bedrock_emulator.reply.reply import Reply, Usage
from bedrock_emulator.reply.speaker import events_without_speaker, reply_without_speaker
from tests.emulator.reply.requests import NOVA, TITAN


def said(text):
    return Reply(
        blocks=({"text": text},), stop_reason="end_turn", usage=Usage(input_tokens=1, output_tokens=1)
    )


def delta(text):
    return "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": text}}


@pytest.mark.parametrize(
    ("model", "text", "heard"),
    [
        pytest.param(TITAN, "\nBot: Tokyo.", "Tokyo.", id="titan"),
        pytest.param(TITAN, "A Bot: no.", "A Bot: no.", id="titan inside the text"),
        pytest.param(TITAN, "\n Tokyo.", "\n Tokyo.", id="titan without a name"),
        pytest.param(NOVA, "\nBot: Tokyo.", "\nBot: Tokyo.", id="another family"),
    ],
)
def test_converse_takes_the_name_of_the_speaker_away_streamed_or_not(model, text, heard):
    family = family_of(model)
    events = [("messageStart", {"role": "assistant"}), delta(text), delta("Bot: and more.")]

    assert reply_without_speaker(said(text), family).blocks == ({"text": heard},)
    assert list(events_without_speaker(events, family)) == [events[0], delta(heard), events[2]]


def test_a_reply_without_text_stays_as_it_is():
    empty = Reply(blocks=(), stop_reason="end_turn", usage=Usage(input_tokens=1, output_tokens=0))
    assert reply_without_speaker(empty, family_of(TITAN)) is empty
