"""bedrock-contracts-report.json: the whole run as one JSON document, without any secret."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from bedrock_contracts import spec
from bedrock_contracts.outcomes import Result, Status
from bedrock_contracts.run import Run

FILE_NAME = "bedrock-contracts-report.json"
SCHEMA_VERSION = 1


def document(run: Run) -> dict[str, Any]:
    """The report; `schemas/report.schema.json` describes it."""
    factory = run.order.factory
    return {
        "schemaVersion": SCHEMA_VERSION,
        "contract": spec.CONTRACT,
        "specDigest": spec.digest(spec.requirements()),
        "profile": run.order.profile.name,
        "provider": factory.info.to_json(),
        "capabilities": factory.capabilities.to_json()["declared"],
        "seconds": round(run.seconds, 3),
        "counts": counts(run.results),
        "requirements": [_requirement(result) for result in run.results],
        "problems": list(run.problems),
        "verdict": run.verdict.value,
        "exitCode": run.verdict.exit_code,
        "complete": run.finished,
    }


def counts(results: tuple[Result, ...]) -> dict[str, int]:
    """How many requirements have each status; a skip is never among the passes."""
    seen = Counter(result.status.value for result in results)
    return {status.value: seen[status.value] for status in Status}


def write(run: Run, path: Path) -> None:
    """Write the report, replacing an older one whole or not at all."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(json.dumps(document(run), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(path)


def _requirement(result: Result) -> dict[str, Any]:
    requirement = result.requirement
    return {
        "id": requirement.id,
        "level": requirement.level,
        "statement": requirement.statement,
        "source": requirement.source,
        "digest": requirement.digest,
        "status": result.status.value,
        "reason": result.reason,
        "findings": [finding.to_json() for finding in result.findings],
    }
