"""The command, the report and the pytest plugin, run as their users run them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import bedrock_contracts
from bedrock_contracts import spec

PACKAGE = Path(bedrock_contracts.__file__).parent
NULL = "bedrock_contracts.mutants.null:factory"

PARTIAL = """
import contextlib
import json
import os
import urllib.error
import urllib.request

from bedrock_contracts.api import AuthResolution, Capabilities, ProviderInfo
from bedrock_contracts.mutants.null import NullProvider
from bedrock_contracts.oracle.credentials import expected_source

class Provider(NullProvider):
    def resolve_auth(self):
        found = expected_source(os.environ)
        return AuthResolution(kind=found.kind, source="as the contract says", env_var=found.env_var)

class Factory:
    info = ProviderInfo(name="partial", version="1")
    capabilities = Capabilities.of("auth", not_applicable={"guardrails": "the gateway does it"})
    def open(self, setup):
        return Provider()

class Vandal(Factory):
    def open(self, setup):
        server, _, lab = setup.endpoints.control.partition("/_lab/")
        broken = {"auth": "off", "faults": [{"error": {"code": "InternalServerException"}}]}
        url, body = f"{server}/_emulator/labs/{lab}", json.dumps(broken).encode()
        headers = {"Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(url, body, headers, method="PUT"))
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.urlopen(f"{setup.endpoints.control}/foundation-models")
        return super().open(setup)

factory = Factory()
vandal = Vandal()
not_a_factory = object()
"""


def run(folder, *arguments):
    command = [sys.executable, "-m", "bedrock_contracts", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def report_of(folder):
    return json.loads((folder / "bedrock-contracts-report.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def null_run(tmp_path_factory):
    """The whole suite against the provider that does nothing."""
    folder = tmp_path_factory.mktemp("null")
    return folder, run(folder, "certify", "--provider", NULL)


def test_the_null_provider_keeps_no_promise(null_run):
    folder, done = null_run
    assert done.returncode == 1, done.stdout + done.stderr
    statuses = {each["id"]: each["status"] for each in report_of(folder)["requirements"]}
    assert [name for name, status in statuses.items() if status not in ("fail", "warn")] == []


def test_a_failure_tells_statement_sight_and_how_to_run_it_alone(null_run):
    _, done = null_run
    assert "FAIL STRM-002 A reply MUST begin with exactly one `start` event." in done.stdout
    assert "seen    stream() yielded no event" in done.stdout
    assert f"alone   bedrock-contracts certify --provider {NULL} --only STRM-002" in done.stdout
    assert "the null provider 0 is NOT CERTIFIED for profile slice of contract 0.1" in done.stdout


def test_progress_is_plain_lines_in_a_pipe(null_run):
    _, done = null_run
    ended = [line.split()[0] for line in done.stdout.splitlines() if " scenarios, broken: " in line]
    assert sorted(ended) == sorted(spec.AREAS)
    assert "\x1b[" not in done.stdout


def test_the_report_follows_its_schema(null_run):
    jsonschema = pytest.importorskip(
        "jsonschema", reason="the schema is checked where jsonschema is installed"
    )
    schema = json.loads((PACKAGE / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(report_of(null_run[0]), schema)


def test_counts_never_mix_skips_with_passes(tmp_path):
    (tmp_path / "partial.py").write_text(PARTIAL)
    done = run(tmp_path, "certify", "--provider", "partial:factory", "--only", "AUTH-014")
    report = report_of(tmp_path)
    assert (done.returncode, report["verdict"], report["complete"]) == (4, "INCOMPLETE", False)
    assert report["counts"]["pass"] == 1
    by_id = {each["id"]: each for each in report["requirements"]}
    assert by_id["GRD-001"]["status"] == "skip"
    assert by_id["GRD-001"]["reason"] == "guardrails is not declared: the gateway does it"
    assert by_id["STRM-001"]["status"] == "not tested"
    assert "insists on it" in by_id["STRM-001"]["reason"]


def test_an_emulator_that_fails_is_a_harness_error(tmp_path):
    (tmp_path / "partial.py").write_text(PARTIAL)
    done = run(tmp_path, "certify", "--provider", "partial:vandal", "--only", "AUTH-014")
    assert (done.returncode, report_of(tmp_path)["verdict"]) == (3, "HARNESS ERROR")
    assert "This run says nothing about partial 1" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--provider", "nothing"), "module:name"),
        (("--provider", "no_such_module:x"), "cannot import no_such_module"),
        (("--provider", "partial:missing"), "partial:missing does not exist"),
        (("--provider", "partial:not_a_factory"), "has no info, capabilities, open"),
        (("--provider", NULL, "--profile", "gold"), "unknown profile 'gold'"),
        (("--provider", NULL, "--only", "AUTH-999"), "not in profile slice: AUTH-999"),
        (("--provider", NULL, "--report", "no/such/folder.json"), "there is no folder"),
    ],
)
def test_a_usage_error_is_exit_code_2_and_says_what_to_do(tmp_path, arguments, complaint):
    (tmp_path / "partial.py").write_text(PARTIAL)
    done = run(tmp_path, "certify", *arguments)
    assert done.returncode == 2
    assert complaint in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_plain_pytest_runs_the_suite_and_is_never_green_for_an_uncertified_provider(tmp_path):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--pyargs",
        "bedrock_contracts.suite",
        "-k",
        "reasoning or source",
        "--bedrock-provider",
        NULL,
        "--bedrock-report",
        str(tmp_path / "r.json"),
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode != 0
    assert "NOT CERTIFIED" in done.stdout
    assert json.loads((tmp_path / "r.json").read_text())["verdict"] == "NOT CERTIFIED"


def test_the_suite_refuses_to_run_without_a_provider(tmp_path):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--pyargs",
        "bedrock_contracts.suite",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "give the provider to certify" in done.stdout + done.stderr


def test_the_plugin_loads_nothing_heavy():
    heavy = "{'hypothesis', 'bedrock_provider', 'bedrock_emulator', 'botocore', 'rich'}"
    code = f"import sys, bedrock_contracts.plugin; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_explain_and_list_speak_about_every_requirement(tmp_path):
    explained = run(tmp_path, "explain", "temp-003")
    assert "TEMP-003 (MUST, temperature)" in explained.stdout
    assert run(tmp_path, "explain", "TEMP-999").returncode == 2
    assert "AUTH-001  MUST" in run(tmp_path, "list").stdout


def test_the_specification_is_current(tmp_path):
    assert run(tmp_path, "spec", "--check").returncode == 0
    assert run(tmp_path, "spec").returncode == 2
