"""Media inside native requests: base64, whatever the member is called."""

from bedrock_emulator.errors import validation_error
from bedrock_emulator.native.encoded import decoded


def read_base64(text: str, member: str) -> bytes:
    """The bytes of an image, a video or a sound; a `data:` URL is read too.

    Raises:
        AwsError: the text is not base64, or holds nothing.
    """
    encoded = text.partition(",")[2] if text.startswith("data:") else text
    media = decoded(encoded)
    if not media:  # no capture shows the text [guess]
        raise validation_error(f"The value at {member} is not valid base64. Encode the media and try again.")
    return media
