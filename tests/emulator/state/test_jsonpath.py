from typing import Any

import pytest

from bedrock_emulator.state.jsonpath import MAX_VISITED, JsonPath

BODY = {"a": {"b": [1, {"c": 2}, [3]]}, "x-y": {"c": None}, "e's": 5, "ü": 6}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [BODY]),
        ("$.a.b[0]", [1]),
        ("$['a']['b'][-1][0]", [3]),
        ('$["x-y"].c', [None]),
        ("$.x-y.c", [None]),
        (r"$['e\'s']", [5]),
        ("$.ü", [6]),
        ("$.a.b[*]", [1, {"c": 2}, [3]]),
        ("$.a.*[1].c", [2]),
        ("$..c", [2, None]),
        ("$..[0]", [1, 3]),
        ("$.a..[0]", [1, 3]),
        ("$.a.b[3]", []),
        ("$.a.b[-4]", []),
        ("$.a.b.c", []),
        ("$.nothing", []),
        ("$.a[0]", []),
    ],
)
def test_a_path_finds_what_stands_there(path: str, found: list[Any]):
    assert list(JsonPath(path).find(BODY)) == found


@pytest.mark.parametrize(
    "path", ["", "a", "$.", "$a", "$[?@.b]", "$[0:1]", "$['a'", "$.a b", "$[1,2]", "$...a", "$*", "$.[0]"]
)
def test_what_is_no_path_of_the_subset_is_refused(path: str):
    with pytest.raises(ValueError, match=r"begins with|is not read"):
        JsonPath(path)


def test_a_search_is_bounded():
    body = [[0] * 400 for _ in range(400)]
    found = sum(1 for _ in JsonPath("$..*..*").find(body))
    assert 0 < found <= MAX_VISITED
