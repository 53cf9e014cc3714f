"""Base64 inside native requests; each family refuses what is none in words of its own."""

from base64 import b64decode


def decoded(text: str) -> bytes | None:
    """The bytes that a base64 text stands for; None where it is no base64."""
    try:
        return b64decode(text, validate=True)
    except ValueError:  # binascii's own error is one, and so is that of a text beyond ASCII
        return None
