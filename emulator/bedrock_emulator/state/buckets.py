"""A folder that stands for S3: `s3://bucket/key` of a lab is the file `<folder>/<lab>/bucket/key`."""

import re
import stat
from pathlib import Path

from bedrock_emulator.errors import AwsError, validation_error

MAX_OBJECT = 100 * 1024 * 1024
"""Bytes of an object that is read."""

_URI = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<key>.*))?", re.DOTALL)


class Buckets:
    """The buckets of one lab; none where the server was started without a folder for them."""

    def __init__(self, folder: Path | None, lab: str) -> None:
        self._folder = None if folder is None else folder / lab

    def read(self, uri: str) -> bytes:
        """The content of an object.

        Raises:
            AwsError: there is no such object, or nowhere to look.
        """
        path = self._object(uri)
        try:
            if path.stat().st_size > MAX_OBJECT:
                raise validation_error(
                    f"{uri} is larger than {MAX_OBJECT:,} bytes, which is the most this emulator reads."
                )
            return path.read_bytes()
        except OSError as error:  # no capture shows the service's text [guess]
            raise validation_error(f"The S3 object {uri} cannot be read: {error.strerror}.") from error

    def write(self, uri: str, data: bytes) -> None:
        """Put an object.

        Raises:
            AwsError: it cannot be written, or there is nowhere to put it.
        """
        path = self._object(uri)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:
            raise validation_error(f"The S3 object {uri} cannot be written: {error.strerror}.") from error

    def check(self, uri: str) -> None:
        """Refuse a place where nothing can be put.

        Raises:
            AwsError: see `write`.
        """
        self._path(uri)

    def _object(self, uri: str) -> Path:
        path = self._path(uri)
        if _is_special(path):
            raise validation_error(f"{uri} is not a file, so it is no S3 object.")
        return path

    def _path(self, uri: str) -> Path:
        if self._folder is None:
            raise _no_folder(uri)
        found = _URI.fullmatch(uri)
        if found is None:
            raise validation_error(f"{uri} is not an S3 location: write s3://bucket/key.")
        try:
            bucket = (self._folder / found["bucket"]).resolve()
            path = (bucket / (found["key"] or "")).resolve()
        except (ValueError, OSError, RuntimeError) as error:  # NUL, a lone surrogate, links in a circle
            raise validation_error(f"The S3 location {uri!r} cannot be a file: {error}.") from error
        if not path.is_relative_to(bucket):
            raise validation_error(f"{uri} points out of its bucket.")
        return path


def _is_special(path: Path) -> bool:
    """Whether something else than a file stands there: a folder, or a pipe that would be waited for without end."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:  # nothing is there, or it cannot be looked at: reading and writing say why
        return False


def _no_folder(uri: str) -> AwsError:
    return validation_error(
        f"This emulator has no folder that stands for S3, so {uri} is nowhere. "
        "Start it with `bedrock-emulator serve --buckets FOLDER`."
    )
