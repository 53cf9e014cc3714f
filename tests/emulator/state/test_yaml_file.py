from pathlib import Path
from typing import Any

import pytest

from bedrock_emulator.state.yaml_file import FileError, Place, ReadFile, read_yaml


def read(tmp_path: Path, text: str | bytes, name: str = "a.yaml") -> ReadFile:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(file)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", {"a": "no"}),
        ("a: on", {"a": "on"}),
        ("a: 12:30", {"a": "12:30"}),
        ("a: 2026-01-31", {"a": "2026-01-31"}),
        ("a: 0o17", {"a": "0o17"}),
        ("a: .nan", {"a": ".nan"}),
        ("a: true\nb: False", {"a": True, "b": False}),
        ("a: ~\nb:", {"a": None, "b": None}),
        ("a: -3\nb: 1.5e3\nc: '3'", {"a": -3, "b": 1500.0, "c": "3"}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("1: a", {"1": "a"}),
        ("- ü\n- '\U0001f600'", ["ü", "\U0001f600"]),
        (b"\xef\xbb\xbfa: 1", {"a": 1}),
        ("", None),
    ],
)
def test_yaml_is_read_as_json_would_say_it(tmp_path: Path, text: str | bytes, value: Any):
    assert read(tmp_path, text).document == value


def test_every_value_has_its_place(tmp_path: Path):
    found = read(tmp_path, "version: 1\nrules:\n  - when:\n      model: 'x'\n    reply: {content: [a, b]}\n")
    assert found.place("rules[0].when.model") == Place(4, 7)
    assert found.place("rules[0].reply.content[1]") == Place(5, 26)
    assert found.place("rules[0].when.model.nothing[3]") == Place(4, 7)
    assert found.place("nothing") == Place(1, 1)
    assert found.locate("rules[0]").endswith("a.yaml:3")


def test_json_has_places_too(tmp_path: Path):
    found = read(tmp_path, '{\n\t"a": {\n\t\t"b": [1,\n\t\t2]}}', "a.json")
    assert (found.document, found.place("a.b[1]")) == ({"a": {"b": [1, 2]}}, Place(4, 3))


@pytest.mark.parametrize(
    ("text", "value", "place"),
    [
        ('{\n"a": "\\ud83d\\ude00"}', "\U0001f600", Place(2, 1)),
        ('{\n"a": "\\\\ud83d"}', "\\ud83d", Place(2, 1)),
        ('{\n"a": "\x7f"}', "\x7f", Place(1, 1)),  # which YAML does not have at all
    ],
    ids=["escaped emoji", "escaped backslash", "control character"],
)
def test_json_that_is_no_yaml_has_the_places_that_can_be_known(
    tmp_path: Path, text: str, value: str, place: Place
):
    found = read(tmp_path, text, "a.json")
    assert (found.document, found.place("a")) == ({"a": value}, place)


ONE_LONG_TEXT = f"a: &a '{'x' * 100_000}'\nb: [{','.join(['*a'] * 200)}]"
BILLION_LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("a: [1", "is not YAML: did not find expected ',' or ']'", Place(2, 1)),
        ("a: 1\na: 2", "the key 'a' is there twice", Place(2, 1)),
        ("a: !!python/object:os.system x", "the tag .* is not known", Place(1, 4)),
        ("a: !!binary aGk=", "the tag .* is not known", Place(1, 4)),
        ("a: !!set {b}", "the tag .* is not known", Place(1, 4)),
        ("a: !!int b", "is not a number", Place(1, 4)),
        ("a: 1\n---\nb: 2", "has more than one document", Place(2, 1)),
        ("a:\n\t- b", "is not YAML: .*; indent with spaces, not with tabs", Place(2, 1)),
        ("? [a]\n: 1", "a key must be a text$", Place(1, 3)),
        ("a: {{ b }}", "a key must be a text; a text that begins with '{{' needs quotes", Place(1, 5)),
        ("a: &x [*x]", "no value before this one is called '&x'", Place(1, 8)),
        ("a: *x", "no value before this one is called '&x'", Place(1, 4)),
        ("[" * 100 + "]" * 100, "nests deeper than 64 levels", Place(1, 66)),
        ("[" * 200_000, "nests deeper than 64 levels", Place(1, 66)),
        (f"a: {'9' * 40}", "is a larger number than JSON carries", Place(1, 4)),
        (f"a: {'9' * 5000}", "is not a number, or far too long for one", Place(1, 4)),
        ("a: 1e400", "is a larger number than JSON carries", Place(1, 4)),
        (BILLION_LAUGHS, "aliases for more than 16,777,216 characters", None),
        (ONE_LONG_TEXT, "aliases for more than 16,777,216 characters", None),
        (b"a: \xff", "is not UTF-8 at byte 3", Place(1, 1)),
        ("ü:\n  \x00", "is not YAML: control characters are not allowed", Place(2, 3)),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why_and_where(
    tmp_path: Path, text: str | bytes, message: str, place: Place | None
):
    with pytest.raises(FileError, match=message) as refused:
        read(tmp_path, text)
    assert place in {None, refused.value.place}


def test_json_that_is_none_says_where(tmp_path: Path):
    with pytest.raises(FileError, match="is not JSON") as refused:
        read(tmp_path, '{"a":\n x}', "a.json")
    assert refused.value.place.line == 2


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileError, match="cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml")
