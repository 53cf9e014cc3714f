"""What Bedrock refuses about the form that an answer is to have."""

import re
from collections.abc import Mapping

from bedrock_emulator.call import Params
from bedrock_emulator.errors import validation_error
from bedrock_emulator.reply.prompt import parsed_schema

_POINTER = re.compile(r"(/([^~/]|~[01])*)+")
"""RFC 6901; the empty pointer, which means the whole answer, is refused [docs]."""


def check_output(params: Params) -> None:
    """Raise the refusal of an output format or of a field path that is malformed."""
    _check_text_format(params)
    for number, path in enumerate(params.get("additionalModelResponseFieldPaths") or ()):
        if not _POINTER.fullmatch(path):  # that it is refused [docs]; the words are a guess
            raise validation_error(
                f"The value at additionalModelResponseFieldPaths.{number} is not a valid JSON Pointer. "
                "Provide a JSON Pointer that begins with a slash, as /stop_sequence, and try again."
            )


def _check_text_format(params: Params) -> None:
    text_format = (params.get("outputConfig") or {}).get("textFormat") or {}
    written = ((text_format.get("structure") or {}).get("jsonSchema") or {}).get("schema", "{}")
    if not isinstance(parsed_schema(written), Mapping):  # [guess, in the words used for a tool's schema]
        raise validation_error(
            "The format of the value at outputConfig.textFormat.structure.jsonSchema.schema is invalid. "
            "Provide a json object for the field and try again."
        )
