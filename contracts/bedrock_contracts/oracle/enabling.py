"""Whether the implicit provider exists."""

from collections.abc import Mapping

from bedrock_contracts.oracle.credentials import expected_source


def expects_implicit_provider(env: Mapping[str, str], *, enabled: bool | None) -> bool:
    """ENBL-001 to ENBL-004 as a function."""
    return expected_source(env).kind != "chain" if enabled is None else enabled
