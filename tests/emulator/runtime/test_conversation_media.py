import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.operations.runtime.conversation_media import check_media
from bedrock_emulator.reply.image import image_format
from tests.emulator.runtime.models import CLAUDE_4_5, NOVA, Model
from tests.media import media

S3 = {"s3Location": {"uri": "s3://bucket/key"}}


def image(file_format="png", source=None, size=200):
    return {"image": {"format": file_format, "source": source or {"bytes": media(file_format, size)}}}


def document(name="Report 1", source=None):
    return {"document": {"format": "pdf", "name": name, "source": source or {"bytes": media("pdf", 20)}}}


def video(source=None):
    return {"video": {"format": "mp4", "source": source or {"bytes": media("mp4", 20)}}}


def result(*content):
    return {"toolResult": {"toolUseId": "t", "content": list(content)}}


TEXT = {"text": "look"}


def refusal(model, *contents):
    with pytest.raises(AwsError) as refused:
        check_media([{"role": "user", "content": content} for content in contents], model)
    assert refused.value.code == "ValidationException"
    return refused.value.message


def accept(model, *contents):
    check_media([{"role": "user", "content": content} for content in contents], model)


@pytest.mark.parametrize("file_format", ["png", "jpeg", "gif", "webp"])
def test_images_are_known_by_their_first_bytes(file_format):
    assert image_format(media(file_format, 100)) == file_format
    accept(NOVA, [image(file_format)])


@pytest.mark.parametrize("data", [media("jpeg", 100), b"no image at all", b""])
def test_an_image_of_another_format_is_refused(data):
    message = refusal(NOVA, [TEXT, image("png", {"bytes": data})])
    assert message == "The provided image does not match the specified image format."


def test_a_claude_image_above_five_megabytes_of_base64_is_refused():
    limit = 5 * 1024 * 1024 // 4 * 3
    accept(CLAUDE_4_5, [TEXT, image(size=limit)])
    accept(NOVA, [TEXT, image(size=limit + 1)])
    assert refusal(CLAUDE_4_5, [TEXT, image(size=limit + 1)]) == (
        "messages.0.content.1.image.source.bytes: image exceeds 5 MB maximum: 5242884 bytes > 5242880 bytes"
    )


def test_an_image_needs_a_model_that_sees():
    blind = Model(input_modalities=("TEXT",))
    assert refusal(blind, [image()]) == (
        "This model doesn't support the image content block that you provided. "
        "Update the content block and try again."
    )


@pytest.mark.parametrize("content", [[TEXT, video()], [result(video())]], ids=["message", "toolResult"])
def test_a_video_needs_a_model_that_takes_it(content):
    accept(NOVA, content)
    accept(Model(input_modalities=("TEXT",), video_types=("mp4",)), content)
    assert refusal(CLAUDE_4_5, content) == (
        "This model doesn't support the video content block that you provided. "
        "Update the content block and try again."
    )


@pytest.mark.parametrize("content", [[TEXT, image(source=S3)], [result(image(source=S3))]])
def test_claude_takes_no_image_from_s3(content):
    accept(NOVA, content)
    assert (
        refusal(CLAUDE_4_5, content)
        == "This model doesn't support the s3Uri field. Remove s3Uri and try again."
    )


def test_claude_takes_a_document_from_s3_only_inside_a_tool_result():
    accept(CLAUDE_4_5, [result(document(source=S3))])
    assert refusal(CLAUDE_4_5, [TEXT], [TEXT, document(source=S3)]) == (
        "The model returned the following errors: messages.1.content.1.document.source.type: Field required"
    )


@pytest.mark.parametrize("block", [document(source=S3), video(source=S3)], ids=["document", "video"])
def test_nova_takes_no_document_or_video_from_s3_inside_a_tool_result(block):
    accept(NOVA, [TEXT, block])
    assert refusal(NOVA, [TEXT], [result(block)]) == (
        "The model returned the following errors: Malformed input request: #/messages/1/content/0: "
        "extraneous key [toolResult] is not permitted, please reformat your input and try again."
    )


def test_a_document_needs_a_text_beside_it():
    assert refusal(NOVA, [document()]) == "A text block must be included when using documents."


@pytest.mark.parametrize("name", ["Report-1 (final) [v2]", "under_score", "Zürich", "tab\there"])
def test_document_names_that_are_accepted(name):
    accept(NOVA, [TEXT, document(name)])


@pytest.mark.parametrize("name", ["report.pdf", "two  spaces", "a/b", "a\n\nb"])
def test_document_names_that_are_refused(name):
    assert refusal(NOVA, [TEXT, document(name)]) == (
        "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, "
        "parentheses, and square brackets. The name can't contain more than one consecutive whitespace "
        "character. Check that the file name conforms to these restrictions and retry your request."
    )


def test_document_names_are_unique_in_the_whole_conversation():
    assert refusal(NOVA, [TEXT, document("a")], [TEXT, document("a")]) == (
        "Messages can't contain duplicate document names. Rename the document and retry your request."
    )


def png(width, height=1):
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return image("png", {"bytes": header})


@pytest.mark.parametrize("large", [png(8001), png(1, 8001)])
def test_claude_refuses_an_image_with_too_many_pixels_on_a_side(large):
    accept(CLAUDE_4_5, [TEXT, png(8000, 8000)])
    accept(NOVA, [TEXT, large])
    assert refusal(CLAUDE_4_5, [TEXT, large]) == (
        "The model returned the following errors: messages.0.content.1.image.source.base64.data: "
        "At least one of the image dimensions exceed max allowed size: 8000 pixels"
    )


def test_many_images_may_have_fewer_pixels():
    accept(CLAUDE_4_5, [TEXT, *[png(2001)] * 20])
    accept(CLAUDE_4_5, [TEXT, *[png(2000)] * 21])
    assert refusal(CLAUDE_4_5, [TEXT], [TEXT, *[png(1)] * 20, result(png(2001))]) == (
        "The model returned the following errors: "
        "messages.1.content.21.tool_result.content.0.image.source.base64.data: "
        "At least one of the image dimensions exceed max allowed size for many-image requests: 2000 pixels"
    )


def test_audio_is_refused_where_the_model_does_not_hear():
    audio = {"audio": {"format": "mp3", "source": {"bytes": b"ID3"}}}
    accept(Model(input_modalities=("SPEECH", "TEXT")), [TEXT, audio])
    assert refusal(NOVA, [TEXT, audio]) == (
        "This model doesn't support the audio content block that you provided. "
        "Update the content block and try again."
    )
