"""The requirements: parsed from SPEC.md, shipped as spec.json, selected by profiles."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast

from bedrock_contracts.api import CAPABILITIES
from bedrock_contracts.codec import JsonValue

CONTRACT = "0.1"

AREAS: Mapping[str, str] = {
    "AUTH": "credential source",
    "ENBL": "enabling",
    "REG": "region",
    "DISC": "discovery",
    "PROF": "inference profiles",
    "TEMP": "temperature",
    "STRM": "streams",
    "GRD": "guardrails",
}

LEVELS = {"MUST": "MUST", "MUST NOT": "MUST", "SHOULD": "SHOULD", "SHOULD NOT": "SHOULD", "MAY": "MAY"}
FIELDS = ("Source", "Observe", "Capability", "Since")
OBSERVED = ("result", "wire", "both")

_HEADING = re.compile(r"^#### (?P<id>[A-Z]+-\d{3})$", re.MULTILINE)
_KEYWORD = re.compile(r"\*\*(.+?)\*\*")

Level = Literal["MUST", "SHOULD", "MAY"]


class SpecError(ValueError):
    """SPEC.md, spec.json or a requirement set is not what it has to be; the message names the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement(JsonValue):
    """One promise that a provider makes."""

    id: str
    level: Level
    statement: str
    why: str
    source: str
    observe: Literal["result", "wire", "both"]
    capability: str
    since: str
    digest: str

    @property
    def area(self) -> str:
        """The part of the id before the dash."""
        return self.id.partition("-")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A named selection of a frozen requirement set, and the capabilities that it insists on."""

    name: str
    contract: str
    requirements: tuple[str, ...]
    insists_on: frozenset[str]


def parse(text: str) -> tuple[Requirement, ...]:
    """The requirements of a specification in the format that SPEC.md explains at its top."""
    pieces = _HEADING.split(text)[1:]
    blocks = zip(pieces[::2], pieces[1::2], strict=True)
    requirements = tuple(_block(name, _until_next_heading(body)) for name, body in blocks)
    ids = [requirement.id for requirement in requirements]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise SpecError(f"{', '.join(twice)}: stated more than once")
    return requirements


def _until_next_heading(body: str) -> str:
    return re.split(r"^#{1,3} ", body, maxsplit=1, flags=re.MULTILINE)[0]


def _block(name: str, body: str) -> Requirement:
    lines = [line.strip() for line in body.strip().splitlines()]
    statement = " ".join(line.removeprefix("> ") for line in lines if line.startswith("> "))
    fields = dict(line.split(": ", 1) for line in lines if line.partition(":")[0] in FIELDS)
    prose = [line for line in lines if line and not line.startswith("> ")]
    why = " ".join(line for line in prose if line.partition(":")[0] not in FIELDS)
    _complete(name, why, fields)
    return Requirement(
        id=name,
        level=_level(name, statement),
        statement=statement.replace("**", ""),
        why=why,
        source=fields["Source"],
        observe=cast("Literal['result', 'wire', 'both']", fields["Observe"]),
        capability=fields["Capability"],
        since=fields["Since"],
        digest=hashlib.sha256(statement.encode()).hexdigest()[:12],
    )


def _level(name: str, statement: str) -> Level:
    keywords = _KEYWORD.findall(statement)
    if len(keywords) != 1 or keywords[0] not in LEVELS:
        raise SpecError(f"{name}: the statement needs exactly one bold keyword, it has {keywords}")
    return cast("Level", LEVELS[keywords[0]])


def _complete(name: str, why: str, fields: Mapping[str, str]) -> None:
    missing = [field for field in FIELDS if field not in fields]
    if missing:
        raise SpecError(f"{name}: no {', '.join(missing)} line")
    if not why:
        raise SpecError(f"{name}: it does not say why it matters")
    if name.partition("-")[0] not in AREAS:
        raise SpecError(f"{name}: unknown area; known are {', '.join(AREAS)}")
    if fields["Observe"] not in OBSERVED:
        raise SpecError(f"{name}: Observe is one of {', '.join(OBSERVED)}")
    if fields["Capability"] not in CAPABILITIES:
        raise SpecError(f"{name}: unknown capability {fields['Capability']}")


def render(requirements: tuple[Requirement, ...]) -> str:
    """spec.json: what an installed suite reads."""
    document = {"contract": CONTRACT, "requirements": [entry.to_json() for entry in requirements]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def digest(requirements: Mapping[str, Requirement]) -> str:
    """One value that changes when any statement does."""
    text = "\n".join(f"{name} {requirements[name].digest}" for name in sorted(requirements))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def requirements() -> Mapping[str, Requirement]:
    """Every requirement of spec.json by id, in the order of SPEC.md."""
    document: Any = json.loads(spec_json_path().read_text(encoding="utf-8"))
    entries = (Requirement.from_json(entry) for entry in document["requirements"])
    return {entry.id: entry for entry in entries}


@cache
def profiles() -> Mapping[str, Profile]:
    """The profiles of this contract version by name; an id that the specification lacks is an error."""
    path = f"requirements/{CONTRACT}.toml"
    document = tomllib.loads(files("bedrock_contracts").joinpath(path).read_text(encoding="utf-8"))
    found = {}
    for name, table in document["profiles"].items():
        unknown = sorted(set(table["requirements"]) - set(requirements()))
        if unknown:
            raise SpecError(f"{path}, profile {name}: unknown requirements {', '.join(unknown)}")
        found[name] = Profile(
            name=name,
            contract=document["contract"],
            requirements=tuple(table["requirements"]),
            insists_on=frozenset(table["insists_on"]),
        )
    return found


def spec_json_path() -> Path:
    """Where spec.json lies."""
    return Path(str(files("bedrock_contracts"))) / "spec.json"


def spec_md_path() -> Path:
    """SPEC.md: beside the package in a checkout, inside it once installed."""
    package = Path(str(files("bedrock_contracts")))
    beside = package.parent / "SPEC.md"
    return beside if beside.exists() else package / "SPEC.md"
