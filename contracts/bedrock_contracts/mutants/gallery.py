"""Every mutant by name."""

from collections.abc import Mapping

from bedrock_contracts.mutants import (
    credentials,
    discovery,
    enabling,
    guardrails,
    profiles,
    region,
    streams,
    temperature,
)
from bedrock_contracts.mutants.mutant import Mutant

_AREAS = (credentials, enabling, region, discovery, profiles, temperature, streams, guardrails)

MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for area in _AREAS for mutant in area.MUTANTS}


def names() -> tuple[str, ...]:
    """The names in the order of the areas."""
    return tuple(MUTANTS)
