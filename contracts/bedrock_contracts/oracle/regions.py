"""Which region is asked."""

from collections.abc import Mapping


def expected_region(env: Mapping[str, str], configured: str | None = None, written: str | None = None) -> str:
    """REG-001 to REG-007 as a function.

    Args:
        env: the environment; blank variables count as unset.
        configured: `discovery.region`.
        written: the region inside a `baseUrl` that the user wrote, for model calls.
    """
    candidates = (written, configured, env.get("AWS_REGION"), env.get("AWS_DEFAULT_REGION"), "us-east-1")
    return next(name.strip() for name in candidates if name and name.strip())
