"""SPEC.md, spec.json, the requirement set and the suite say the same."""

import ast
from pathlib import Path

import pytest

import bedrock_contracts
from bedrock_contracts import spec
from bedrock_contracts.spec import SpecError

SUITE = sorted((Path(bedrock_contracts.__file__).parent / "suite").glob("test_*.py"))

BLOCK = """
#### AUTH-001

> It **MUST** hold.

Somebody cares.

Source: a page
Observe: result
Capability: auth
Since: 0.1
"""


def calls_of(tree, name):
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name
    ]


def claimed_ids(tree):
    return {argument.value for call in calls_of(tree, "requirement") for argument in call.args}


def test_spec_json_is_generated_from_spec_md():
    fresh = spec.render(spec.parse(spec.spec_md_path().read_text(encoding="utf-8")))
    assert spec.spec_json_path().read_text(encoding="utf-8") == fresh


def test_the_slice_is_exactly_what_the_specification_states():
    assert set(spec.profiles()["slice"].requirements) == set(spec.requirements())


def test_every_requirement_is_claimed_by_a_scenario_and_every_claim_exists():
    claimed = set().union(*(claimed_ids(ast.parse(path.read_text())) for path in SUITE))
    assert claimed == set(spec.requirements())


@pytest.mark.parametrize("path", SUITE, ids=lambda path: path.stem)
def test_a_scenario_speaks_about_one_capability(path):
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef):
            claims = {
                argument.value
                for mark in function.decorator_list
                for argument in getattr(mark, "args", ())
                if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "requirement"
            }
            assert len({spec.requirements()[name].capability for name in claims}) <= 1, function.name


@pytest.mark.parametrize("path", SUITE, ids=lambda path: path.stem)
def test_no_scenario_can_skip_itself(path):
    assert "skip" not in {getattr(node, "attr", "") for node in ast.walk(ast.parse(path.read_text()))}


def test_the_oracle_imports_neither_implementation():
    folder = Path(bedrock_contracts.__file__).parent / "oracle"
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            module = getattr(node, "module", None) or ""
            assert not module.startswith(("bedrock_emulator", "bedrock_provider")), path.name


def test_a_block_is_read_whole():
    (requirement,) = spec.parse(BLOCK)
    assert (requirement.id, requirement.level, requirement.why) == ("AUTH-001", "MUST", "Somebody cares.")
    assert requirement.statement == "It MUST hold."


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("**MUST**", "must", "exactly one bold keyword"),
        ("**MUST**", "**MUST** and **MAY**", "exactly one bold keyword"),
        ("Observe: result", "Observe: vibes", "Observe is one of"),
        ("Capability: auth", "Capability: magic", "unknown capability magic"),
        ("Since: 0.1", "", "no Since line"),
        ("Somebody cares.", "", "why it matters"),
        ("AUTH-001", "ODD-001", "unknown area"),
    ],
)
def test_a_malformed_block_is_refused_by_name(old, new, complaint):
    with pytest.raises(SpecError, match=complaint):
        spec.parse(BLOCK.replace(old, new))


def test_an_id_is_stated_once():
    with pytest.raises(SpecError, match="AUTH-001: stated more than once"):
        spec.parse(BLOCK + BLOCK)
