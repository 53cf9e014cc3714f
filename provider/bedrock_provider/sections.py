"""A checked view of one object of the configuration file: every answer is of the right type or names the key."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from bedrock_provider.errors import ConfigError

_CREDENTIAL = re.compile(
    r"apikey|accesskey|secret|sessiontoken|bearertoken|password|credential|authorization|^token$"
)


class Section:
    """One object of the configuration, with the path that leads to it."""

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        self._values = values
        self._path = path

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def path(self, key: str) -> str:
        """The full name of a key."""
        return f"{self._path}.{key}" if self._path else key

    def section(self, key: str) -> Self:
        """The object below a key; an empty one when the key is absent."""
        return type(self)(self._typed(key, dict, "an object") or {}, self.path(key))

    def sections(self, key: str) -> list[Self]:
        """The objects of a list; empty when the key is absent."""
        rows = self._typed(key, list, "a list") or []
        for index, row in enumerate(rows):
            if not isinstance(row, dict):
                raise ConfigError(f"{self.path(key)}[{index}]", f"must be an object, not {_kind(row)}")
        return [type(self)(row, f"{self.path(key)}[{index}]") for index, row in enumerate(rows)]

    def refuse_unknown(self, known: Sequence[str]) -> None:
        """Refuse credentials and any key that is not known, with the nearest one that is."""
        for key in self._values:
            if _CREDENTIAL.search(re.sub(r"[^a-z]", "", key.lower())):
                raise ConfigError(
                    self.path(key), "credentials come from the AWS SDK chain, never from this file"
                )
            if key not in known:
                raise ConfigError(self.path(key), f"unknown key; {_suggestion(key, known)}")

    def boolean(self, key: str) -> bool | None:
        """true, false, or None when absent."""
        value: bool | None = self._typed(key, bool, "true or false")
        return value

    def text(self, key: str) -> str | None:
        """A text without surrounding blanks; None when absent or blank."""
        return (self._typed(key, str, "a text") or "").strip() or None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when absent."""
        items = self._typed(key, list, "a list of texts") or []
        for index, item in enumerate(items):
            if not isinstance(item, str):
                raise ConfigError(f"{self.path(key)}[{index}]", f"must be a text, not {_kind(item)}")
        return tuple(items)

    def integer(self, key: str, *, minimum: int) -> int | None:
        """A whole number of at least `minimum`; None when absent."""
        value: int | None = self._typed(key, int, "a whole number")
        if value is not None and value < minimum:
            raise ConfigError(self.path(key), f"must be at least {minimum}, not {value}")
        return value

    def number(self, key: str) -> float:
        """A number of at least zero; zero when absent."""
        value = self._typed(key, (int, float), "a number")
        if value is not None and not 0 <= value < float("inf"):
            raise ConfigError(self.path(key), f"must be a number of at least 0, not {value}")
        return value or 0

    def choice(self, key: str, choices: Sequence[str]) -> str | None:
        """One of a few words, spelled exactly; None when absent."""
        value: str | None = self._typed(key, str, "a text")
        if value is not None and value not in choices:
            allowed = " or ".join(f'"{choice}"' for choice in choices)
            raise ConfigError(self.path(key), f'must be {allowed}, not "{value}"')
        return value

    def url(self, key: str) -> str | None:
        """An address of a web server, without credentials in it; None when absent."""
        url = self.text(key)
        if url and not url.startswith(("https://", "http://")):
            raise ConfigError(self.path(key), "must begin with https:// or http://")
        if url and not urlsplit(url).hostname:
            raise ConfigError(self.path(key), "must name a host")
        if url and urlsplit(url).username:
            raise ConfigError(self.path(key), "must not hold a user name or password")
        return url

    def _typed(self, key: str, kind: type | tuple[type, ...], wanted: str) -> Any:
        if key not in self._values:
            return None
        value = self._values[key]
        is_stray_bool = isinstance(value, bool) and kind is not bool
        if is_stray_bool or not isinstance(value, kind):
            raise ConfigError(self.path(key), f"must be {wanted}, not {_kind(value)}")
        return value


def _suggestion(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key.lower(), [name.lower() for name in known], n=1)
    nearest = next((name for name in known if near and name.lower() == near[0]), None)
    return f'did you mean "{nearest}"?' if nearest else f"known are {', '.join(known)}"


def _kind(value: object) -> str:
    """The JSON type of a value. The value itself stays out of messages: it may be a misplaced secret."""
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), f"the number {value}")
