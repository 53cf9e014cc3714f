"""What is written for SDKs, and what is not."""

import json
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bedrock_emulator import Emulator, LabClient
from bedrock_emulator.cli import main
from bedrock_emulator.credential_sources import CREDENTIAL_VARIABLES, SOURCES
from bedrock_emulator.errors import ConfigError


def env(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["env", *arguments])


def files_below(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_writes_below_its_directory_for_its_owner_alone(
    source: str, bedrock_emulator: LabClient, tmp_path: Path
) -> None:
    directory = tmp_path / "a" / "b"
    variables = bedrock_emulator.credential_source(source, directory, region="eu-west-1")
    assert files_below(tmp_path) == files_below(directory)
    assert {path.stat().st_mode & 0o777 for path in files_below(directory)} == {0o600}
    named = [it for name, it in variables.items() if it.startswith(str(tmp_path))]
    assert all(Path(each).exists() for each in named)
    assert variables["AWS_REGION"] == "eu-west-1"
    assert (variables["AWS_EC2_METADATA_DISABLED"] == "false") == (source == "imds")


def test_a_second_time_replaces_the_files_and_follows_no_link(
    bedrock_emulator: LabClient, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "precious"
    elsewhere.write_text("kept", encoding="utf-8")
    directory = tmp_path / "files"
    bedrock_emulator.credential_source("web-identity", directory)
    first = (directory / "token").read_text(encoding="utf-8")
    (directory / "token").unlink()
    (directory / "token").symlink_to(elsewhere)
    bedrock_emulator.credential_source("web-identity", directory)
    assert not (directory / "token").is_symlink()
    assert elsewhere.read_text(encoding="utf-8") == "kept"
    assert (directory / "token").read_text(encoding="utf-8").count(".") == first.count(".") == 2


@pytest.mark.parametrize("name", ["config", "credentials", "token"])
def test_the_files_of_others_are_not_replaced(name: str, bedrock_emulator: LabClient, tmp_path: Path) -> None:
    """Such as those in ~/.aws."""
    (tmp_path / name).write_text("[default]", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"{name} is there already and not from this command; name another"):
        bedrock_emulator.credential_source("web-identity", tmp_path)
    assert [path.read_text(encoding="utf-8") for path in files_below(tmp_path)] == ["[default]"]


def test_one_source_follows_another_in_the_same_directory(
    bedrock_emulator: LabClient, tmp_path: Path
) -> None:
    for source in (*SOURCES, "keys"):
        bedrock_emulator.credential_source(source, tmp_path)
    assert "bedrock-emulator]" not in (tmp_path / "config").read_text(encoding="utf-8")


def test_a_directory_whose_name_sdks_would_change_is_refused(
    bedrock_emulator: LabClient, tmp_path: Path
) -> None:
    with pytest.raises(
        ConfigError, match=r"has a \$, which SDKs take for a variable; name another directory"
    ):
        bedrock_emulator.credential_source("profile", tmp_path / "$HOME")
    assert not files_below(tmp_path)


def test_a_source_that_does_not_exist_is_refused(bedrock_emulator: LabClient, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'ims' is no source of credentials; choose one of imds, container"):
        bedrock_emulator.credential_source("ims", tmp_path)


def test_a_directory_that_cannot_be_written_is_refused(bedrock_emulator: LabClient, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"cannot write below .*file: .* name another directory"):
        bedrock_emulator.credential_source("keys", tmp_path / "file")


def test_a_bearer_key_of_a_server_without_https_is_refused(
    bedrock_emulator: LabClient, tmp_path: Path
) -> None:
    plain = Emulator.connect(bedrock_emulator.emulator.url).lab(bedrock_emulator.name)
    with pytest.raises(ConfigError, match=r"a bearer key needs https.*start the server with --tls"):
        plain.credential_source("bearer", tmp_path)
    assert files_below(tmp_path) == []


def test_the_container_endpoint_of_an_https_address_is_refused(
    bedrock_emulator: LabClient, tmp_path: Path
) -> None:
    server = bedrock_emulator.emulator
    secure = Emulator.connect(server.https_url, ca_file=server.ca_file).lab(bedrock_emulator.name)
    with pytest.raises(ConfigError, match=r"the container endpoint needs http, .* http address as --url"):
        secure.credential_source("container", tmp_path)
    assert files_below(tmp_path) == []


def test_the_command_prints_what_a_shell_can_paste(bedrock_emulator: LabClient, tmp_path: Path) -> None:
    url, name = bedrock_emulator.emulator.url, bedrock_emulator.name
    done = env("--url", url, "--lab", name, "--source", "container", "--dir", str(tmp_path / "it's"))
    assert done.exit_code == 0, done.stderr
    unset, *exports = done.stdout.splitlines()
    pairs = (shlex.split(line)[1].partition("=") for line in exports)
    variables = {variable: value for variable, _, value in pairs}
    assert variables["AWS_CONFIG_FILE"] == str(tmp_path / "it's" / "config")
    assert variables["AWS_ENDPOINT_URL_BEDROCK"] == bedrock_emulator.endpoint_url
    others = unset.removeprefix("unset ").split()
    assert set(others) == set(CREDENTIAL_VARIABLES) - set(variables)


def test_the_command_prints_json_and_makes_the_lab(bedrock_emulator_server: Emulator, tmp_path: Path) -> None:
    options = ["--ca", str(bedrock_emulator_server.ca_file), "--lab", "made-by-env", "--format", "json"]
    done = env(
        "--url", bedrock_emulator_server.https_url, *options, "--source", "bearer", "--dir", str(tmp_path)
    )
    assert done.exit_code == 0, done.stderr
    variables = json.loads(done.stdout)
    assert variables["AWS_ENDPOINT_URL_BEDROCK"] == f"{bedrock_emulator_server.https_url}/_lab/made-by-env"
    assert variables["AWS_BEARER_TOKEN_BEDROCK"].startswith("bedrock-api-key-")
    assert variables["AWS_CA_BUNDLE"] == bedrock_emulator_server.ca_file
    bedrock_emulator_server.request("DELETE", "/_emulator/labs/made-by-env")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--source", "imds"], "--source and --dir go together"),
        (["--dir", "x"], "--source and --dir go together"),
        (["--source", "magic", "--dir", "x"], "'magic' is not one of"),
        (["--lab", "No Lab"], "cannot name a lab"),
        (["--lab", ""], "'' cannot name a lab"),
        (["--lab", "../x"], "'../x' cannot name a lab"),
        (["--source", "bearer", "--dir", "x"], "a bearer key needs https"),
        (["--source", "keys", "--dir", "x", "--region", "nowhere"], "not an AWS region"),
    ],
    ids=["no dir", "no source", "unknown", "lab", "empty lab", "path for a lab", "bearer", "region"],
)
def test_the_command_refuses_in_words(
    arguments: list[str],
    words: str,
    bedrock_emulator_server: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = env("--url", bedrock_emulator_server.url, *arguments)
    assert done.exit_code != 0
    assert words in done.stderr
    assert isinstance(done.exception, SystemExit), "a refusal, not a failure"
    assert not list(tmp_path.iterdir())
