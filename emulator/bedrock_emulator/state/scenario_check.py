"""Everything that is wrong with a scenario file, and every rule in it that can never match."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bedrock_emulator.errors import AdminError
from bedrock_emulator.model.service import Api
from bedrock_emulator.state.guardrail_verdicts import compile_verdicts
from bedrock_emulator.state.scenario import VERDICTS, Rule, RuleCompiler, check_names, rules_of
from bedrock_emulator.state.scenario_warnings import find_warnings
from bedrock_emulator.state.schema import document_faults
from bedrock_emulator.state.yaml_file import FileError, Place, ReadFile, read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about a file that its author should know."""

    severity: Literal["error", "warning"]
    file: str
    place: Place
    path: str
    """In the document, as in `rules[0].when.model`; empty where the file as a whole is meant."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is known about one file."""

    rules: int
    findings: tuple[Finding, ...]


def check_file(path: Path, *, api: Api, model_names: Collection[str]) -> Report:
    """Check a file as `serve --scenario` would read it, without stopping at the first error."""
    try:
        read = read_yaml(path)
    except FileError as error:
        finding = Finding(severity="error", file=str(path), place=error.place, path="", message=error.message)
        return Report(rules=0, findings=(finding,))
    faults = document_faults(read.document, "Scenario")
    refused = [_error(read, fault) for fault in faults]
    if not _has_rules(read.document):
        return Report(rules=0, findings=_in_order(refused))
    rules, findings = _compiled(read, api, broken={_rule_of(each.path) for each in refused})
    warned = () if refused else _warnings(read, rules, model_names)
    return Report(rules=len(read.document["rules"]), findings=_in_order((*refused, *findings, *warned)))


def _has_rules(document: object) -> bool:
    """Whether there are rules to look at, whatever else is wrong."""
    return isinstance(document, dict) and isinstance(document.get("rules"), list)


def _rule_of(path: str) -> str:
    """`rules[3]` for the place of anything in that rule."""
    return path[: path.find("]") + 1]


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: (each.place.line, each.place.column)))


def _compiled(read: ReadFile, api: Api, *, broken: Collection[str]) -> tuple[list[Rule], list[Finding]]:
    """The rules, and what is wrong with those that fit the schema; `broken` are the places of the others."""
    compiler = RuleCompiler(api, read.locate)
    rules, findings = [], []
    if not broken:
        try:
            check_names(read.document)
        except AdminError as error:
            findings.append(_error(read, error))
    for document, path in rules_of(read.document):
        if path in broken:
            continue
        try:
            rules.append(compiler.compile(document, path))
        except AdminError as error:
            findings.append(_error(read, error))
    try:
        compile_verdicts(read.document.get(VERDICTS, ()), api=api, path=VERDICTS)
    except AdminError as error:
        findings.append(_error(read, error))
    return rules, findings


def _warnings(read: ReadFile, rules: list[Rule], model_names: Collection[str]) -> Iterator[Finding]:
    for warning in find_warnings(rules, model_names):
        yield Finding(
            severity="warning",
            file=read.file,
            place=read.place(warning.path),
            path=warning.path,
            message=warning.message,
        )


def _error(read: ReadFile, error: AdminError) -> Finding:
    path = error.path or ""
    return Finding(severity="error", file=read.file, place=read.place(path), path=path, message=error.message)
