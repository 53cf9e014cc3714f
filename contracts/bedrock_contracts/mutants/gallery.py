"""Every mutant by name."""

from collections.abc import Mapping

from bedrock_contracts import spec
from bedrock_contracts.mutants import (
    credentials,
    discovery,
    enabling,
    guardrails,
    null,
    profiles,
    region,
    streams,
    temperature,
)
from bedrock_contracts.mutants.mutant import Mutant

_AREAS = (credentials, enabling, region, discovery, profiles, temperature, streams, guardrails)

NULL = Mutant(
    name="does-nothing",
    because="nothing is ever asked or answered: whatever it keeps is a check that cannot fail",
    kills=frozenset(spec.requirements()),
    message="",
    seam="everything",
    is_proof=True,
    factory=null.factory,
)

MUTANTS: Mapping[str, Mutant] = {
    mutant.name: mutant for mutant in (NULL, *(mutant for area in _AREAS for mutant in area.MUTANTS))
}


def names() -> tuple[str, ...]:
    """The names in the order of the areas."""
    return tuple(MUTANTS)
