"""Which credential source an environment announces."""

from collections.abc import Mapping
from typing import NamedTuple


class Source(NamedTuple):
    """The kind of source, and the variable that names it."""

    kind: str
    env_var: str | None


def expected_source(env: Mapping[str, str]) -> Source:
    """AUTH-001 to AUTH-006 as a function."""
    present = {name for name, value in env.items() if value.strip()}
    if "AWS_BEARER_TOKEN_BEDROCK" in present:
        return Source("bearer", "AWS_BEARER_TOKEN_BEDROCK")
    if {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} <= present:
        return Source("keys", "AWS_ACCESS_KEY_ID")
    if "AWS_PROFILE" in present:
        return Source("profile", "AWS_PROFILE")
    return Source("chain", None)
