"""The native formats of models with conversations."""

from bedrock_emulator.native.format import TextFormat
from bedrock_emulator.native.formats import format_of


def text_format(model_id: str) -> TextFormat:
    """The format of a model that has conversations."""
    found = format_of(model_id)
    assert isinstance(found, TextFormat), model_id
    return found
