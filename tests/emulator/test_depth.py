import pytest

from bedrock_emulator.depth import is_deeper


def nested(levels: int) -> object:
    document: object = 1
    for level in range(levels):
        document = [document] if level % 2 else {"a": document}
    return document


@pytest.mark.parametrize("levels", [1, 2, 64])
def test_a_document_is_as_deep_as_its_containers(levels):
    assert not is_deeper(nested(levels), levels)
    assert is_deeper(nested(levels + 1), levels)


def test_an_empty_container_is_a_level():
    assert is_deeper({"a": []}, 1)


def test_a_scalar_has_no_depth():
    assert not is_deeper("x", 1)
