import bedrock_provider
from bedrock_provider import errors
from bedrock_provider.values import Value


def test_the_public_names_are_sorted_and_exist() -> None:
    names = bedrock_provider.__all__
    assert names == sorted(names)
    assert all(hasattr(bedrock_provider, name) for name in names)


def test_every_error_is_public_and_has_one_base() -> None:
    declared = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert declared <= set(bedrock_provider.__all__)
    assert all(issubclass(getattr(errors, name), errors.ProviderError) for name in declared)


def test_values_become_camel_case_json_without_their_nones() -> None:
    usage = bedrock_provider.Usage(input=1, cache_read=2)
    message = bedrock_provider.Message(
        model="m", content=(bedrock_provider.TextBlock(text="hi"),), usage=usage
    )
    document = message.to_json()
    assert isinstance(message, Value)
    assert document["content"] == [{"type": "text", "text": "hi"}]
    assert document["usage"]["cacheRead"] == 2
    assert "stopReason" not in document
