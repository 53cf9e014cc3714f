"""JSON pointers into a model's own answer."""

import pytest

from bedrock_emulator.reply.pointers import additional_fields, pointed

ANSWER = {
    "id": "msg_1",
    "stop_sequence": "END",
    "usage": {"input_tokens": 3, "details": {"a/b": 1, "m~n": 2}},
    "content": [{"text": "hi"}],
    "stop_details": None,
}


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["/stop_sequence"], {"stop_sequence": "END"}),
        (["/usage/input_tokens"], {"usage": {"input_tokens": 3}}),
        (["/usage/input_tokens", "/id"], {"usage": {"input_tokens": 3}, "id": "msg_1"}),
        (["/usage/details/a~1b", "/usage/details/m~0n"], {"usage": {"details": {"a/b": 1, "m~n": 2}}}),
        (["/usage", "/usage/input_tokens"], {"usage": ANSWER["usage"]}),
        (["/content/0/text"], {"content": {"0": {"text": "hi"}}}),
        (["/content/1", "/content/-", "/stop_sequence/0", "/nothing", "/stop_details", "/"], {}),
    ],
    ids=str,
)
def test_what_a_pointer_names_is_found_at_its_place(paths, found):
    before = repr(ANSWER)
    assert pointed(ANSWER, paths) == found
    assert repr(ANSWER) == before


@pytest.mark.parametrize(
    ("paths", "met", "fields"),
    [
        (["/stop_sequence"], "END", {"stop_sequence": "END"}),
        (["/delta/stop_sequence"], "END", {"delta": {"stop_sequence": "END"}}),
        (["/other"], "END", None),
        (["/stop_sequence"], None, None),
        ([], "END", None),
    ],
    ids=str,
)
def test_a_stop_sequence_is_told_where_it_is_asked_for(paths, met, fields):
    assert additional_fields({"additionalModelResponseFieldPaths": paths}, met) == fields
