"""Secrets leave no trace in findings: they are replaced by value, wherever they stand."""

from collections.abc import Iterable, Mapping
from typing import Any

SECRET_VARIABLES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK")
MASK = "[secret]"
SHORTEST = 6
"""Shorter values would be found inside ordinary words; the suite itself uses none."""


class Redactor:
    """Knows the secrets of a run and removes them from text and JSON documents."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Remember values that must not be shown."""
        self._secrets.update(secret for secret in secrets if len(secret.strip()) >= SHORTEST)

    def learn_environment(self, env: Mapping[str, str]) -> None:
        """Remember the values of the variables that hold secrets."""
        self.learn(env[name] for name in SECRET_VARIABLES if name in env)

    def text(self, value: str) -> str:
        """The text without any secret."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            value = value.replace(secret, MASK)
        return value

    def document(self, value: Any) -> Any:
        """The same for a JSON document, keys included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.document(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.document(item) for item in value]
        return value
