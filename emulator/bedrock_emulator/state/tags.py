"""The tags of everything taggable in one account and region."""

from collections.abc import Iterable, Mapping

from bedrock_emulator.errors import AwsError, validation_error
from bedrock_emulator.state.home import Home

MOST_TAGS = 50
"""Tags of one resource [botocore: the text of TooManyTagsException]."""

_RESERVED = "aws:"
"""How keys begin that only AWS may write [docs]."""


class TagStore:
    """Tags by resource ARN. A resource is taggable from `attach`, when it is made, to `detach`, when it is deleted."""

    def __init__(self, home: Home) -> None:
        self._lock = home.lock
        self._tags: dict[str, dict[str, str]] = {}

    def __contains__(self, arn: str) -> bool:
        """Whether a resource is taggable."""
        return arn in self._tags

    def attach(self, arn: str, tags: Iterable[Mapping[str, str]] = ()) -> None:
        """Make a resource that is about to be added taggable, with the `tags` member of the request.

        Raises:
            AwsError: tags that cannot be; nothing was attached, and the resource must not be added.
        """
        with self._lock:
            self._tags[arn] = _merged(arn, {}, tags)

    def detach(self, arn: str) -> None:
        """Forget a resource that is deleted, and its tags."""
        with self._lock:
            del self._tags[arn]

    def tag(self, arn: str, tags: Iterable[Mapping[str, str]]) -> None:
        """Add tags; those with a known key get the new value.

        Raises:
            AwsError: no such resource, or tags that cannot be; none was added.
        """
        with self._lock:
            self._tags[arn] = _merged(arn, self._of(arn), tags)

    def untag(self, arn: str, keys: Iterable[str]) -> None:
        """Remove tags; keys that the resource does not have are no error.

        Raises:
            AwsError: no such resource.
        """
        with self._lock:
            tags = self._of(arn)
            for key in keys:
                tags.pop(key, None)

    def list(self, arn: str) -> list[dict[str, str]]:
        """The tags of a resource, in the order in which they came.

        Raises:
            AwsError: no such resource.
        """
        with self._lock:
            return [{"key": key, "value": value} for key, value in self._of(arn).items()]

    def of(self, arn: str) -> dict[str, str]:
        """The tags by key; none of what is not taggable."""
        with self._lock:
            return dict(self._tags.get(arn, {}))

    def _of(self, arn: str) -> dict[str, str]:
        if arn not in self._tags:
            # The code is modelled; no capture shows the text [guess].
            raise AwsError("ResourceNotFoundException", f"Resource not found: {arn}", status=404)
        return self._tags[arn]


def _merged(arn: str, known: Mapping[str, str], tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The tags of a resource after these were added.

    Raises:
        AwsError: a key given twice or reserved, or too many tags.
    """
    merged = {**known, **_read(tags)}
    if len(merged) > MOST_TAGS:
        raise AwsError(
            "TooManyTagsException",
            # As the service model describes the error [botocore]; no capture shows the text.
            f"The request contains more tags than can be associated with a resource ({MOST_TAGS} tags per resource).",
            status=400,
            members={"resourceName": arn},
        )
    return merged


def _read(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    read: dict[str, str] = {}
    for tag in tags:
        key = tag["key"]
        if key in read:
            raise validation_error(f"The tag key {key} is given more than once.")  # [guess]
        if key.lower().startswith(_RESERVED):
            raise validation_error(f"Tag keys that begin with {_RESERVED} are reserved: {key}")  # [guess]
        read[key] = tag["value"]
    return read
