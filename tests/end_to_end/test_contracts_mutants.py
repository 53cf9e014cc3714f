"""Every area has wrong providers that the whole suite catches for the stated reason, and for no other one.

The further mutants meet their own areas with `tox -e mutants`.
"""

from collections.abc import Mapping

import pytest

pytest.importorskip("bedrock_provider", reason="the mutants need bedrock-contracts[reference]")

from bedrock_contracts import spec
from bedrock_contracts.mutants.gallery import MUTANTS, NULL
from bedrock_contracts.mutants.matrix import Row, run_mutants
from bedrock_contracts.reference import ReferenceFactory

PROOFS = [name for name, mutant in MUTANTS.items() if mutant.is_proof]


@pytest.fixture(scope="module")
def rows() -> Mapping[str, Row]:
    """Every proof against the whole suite, unmeasured: coverage would take half as long again."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
            patch.delenv(name, raising=False)
        return {row.name: row for row in run_mutants(PROOFS, jobs=2)}


@pytest.mark.parametrize("name", PROOFS)
def test_the_whole_suite_catches_the_mutant_for_the_stated_reason_alone(
    rows: Mapping[str, Row], name: str
) -> None:
    row = rows[name]
    assert row.is_whole
    assert row.complaints == ()
    assert row.killers == MUTANTS[name].kills


@pytest.mark.parametrize("area", spec.AREAS)
def test_every_area_has_two_proofs(area: str) -> None:
    others = [MUTANTS[name] for name in PROOFS if name != NULL.name]
    assert sum(any(killer.startswith(f"{area}-") for killer in each.kills) for each in others) >= 2


@pytest.mark.parametrize("name", [name for name in MUTANTS if name != NULL.name])
def test_a_mutant_differs_from_the_reference_by_one_seam(name: str) -> None:
    factory = MUTANTS[name].factory
    assert isinstance(factory, ReferenceFactory)
    reference = ReferenceFactory()
    parts = [part for part in ("make", "read") if getattr(factory, part) != getattr(reference, part)]
    assert len(parts) == 1
    assert MUTANTS[name].seam.partition(" ")[0] in ("rule", "method", "configuration", "opening")


def test_every_must_is_the_stated_reason_for_a_mutant() -> None:
    stated = set().union(*(mutant.kills for name, mutant in MUTANTS.items() if name != NULL.name))
    musts = {each.id for each in spec.requirements().values() if each.level == "MUST"}
    assert musts <= stated <= set(spec.requirements())
