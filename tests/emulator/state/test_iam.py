"""The `Iam` document: whom it lists, whose policies they have, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bedrock_emulator.call import Caller
from bedrock_emulator.cli import main
from bedrock_emulator.errors import AdminError, ConfigError
from bedrock_emulator.model.service import Api, load_api
from bedrock_emulator.state.iam import IamBook, compile_iam
from bedrock_emulator.state.iam_file import read_iam_file
from bedrock_emulator.state.schema import check_document

ACCOUNT = "123456789012"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service-role/Builder"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Builder/i-0abc"
ALLOW: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"},
}
EXAMPLES = Path(__file__).parents[3] / "examples" / "iam"


@pytest.fixture(scope="module")
def api() -> Api:
    return load_api()


def caller(arn: str, key: str | None = None) -> Caller:
    return Caller(kind="sigv4", account=ACCOUNT, access_key_id=key, arn=arn)


def book(api: Api, **document: Any) -> IamBook:
    check_document(document, "Iam")
    return compile_iam(document, api=api)


def listed(arn: str, *policies: Any, **members: Any) -> dict[str, Any]:
    return {"arn": arn, "policies": list(policies), **members}


def test_an_empty_document_restricts_nobody(api: Api) -> None:
    empty = book(api)
    assert not empty
    assert empty.policies(caller(ALICE)) is None


@pytest.mark.parametrize(
    ("arn", "policies"),
    [
        (ALICE, 1),
        (f"arn:aws:iam::{ACCOUNT}:user/staff/alice", 1),
        (f"arn:aws:iam::{ACCOUNT}:user/bob", None),
        ("arn:aws:iam::210987654321:user/alice", None),
        (ROLE, 2),
        (SESSION, 2),
        (SESSION.replace("Builder", "Other"), None),
        (f"arn:aws:iam::{ACCOUNT}:user/Builder", None),
        ("", None),
    ],
)
def test_a_caller_has_the_policies_of_its_user_or_role(api: Api, arn: str, policies: int | None) -> None:
    found = book(api, principals=[listed(ALICE, ALLOW), listed(ROLE, ALLOW, ALLOW)]).policies(caller(arn))
    assert (None if found is None else len(found)) == policies


@pytest.mark.parametrize("policies", [[], [ALLOW]])
def test_callers_that_are_not_listed_have_the_default(api: Api, policies: list[Any]) -> None:
    found = book(api, principals=[listed(ALICE)], default={"policies": policies})
    assert found
    assert len(found.policies(caller("")) or ()) == len(policies)
    assert found.policies(caller(ALICE)) == ()


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        (ALICE, ALICE),
        (ROLE, f"arn:aws:sts::{ACCOUNT}:assumed-role/Builder/AKIAKEY"),
    ],
)
def test_the_access_keys_of_a_principal_sign_for_it(api: Api, owner: str, expected: str) -> None:
    found = book(api, principals=[listed(owner, accessKeyIds=["AKIAKEY"])])
    stranger = Caller(kind="sigv4", account="210987654321", access_key_id="AKIAKEY", arn="x")

    identified = found.identify(stranger)

    assert (identified.arn, identified.account) == (expected, ACCOUNT)
    assert found.policies(identified) == ()
    assert found.identify(caller("x", "AKIAOTHER")) == caller("x", "AKIAOTHER")


def test_condition_keys_that_the_document_gives_are_known(api: Api) -> None:
    context = {"aws:SourceIp": "203.0.113.7", "aws:PrincipalOrgPaths": ["a", "b"], "aws:SourceVpc": None}
    assert book(api, context=context).context == {
        "aws:sourceip": ("203.0.113.7",),
        "aws:principalorgpaths": ("a", "b"),
        "aws:sourcevpc": (),
    }


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        ({"principal": []}, "principal", "did you mean 'principals'"),
        ({"principals": [{"arn": ALICE}]}, "principals[0]", "'policies' is missing"),
        ({"principals": [listed("alice")]}, "principals[0].arn", "neither a user nor a role"),
        (
            {"principals": [listed(f"arn:aws:iam::{ACCOUNT}:root")]},
            "principals[0].arn",
            "neither a user nor a role",
        ),
        ({"principals": [listed(SESSION)]}, "principals[0].arn", f"list arn:aws:iam::{ACCOUNT}:role/Builder"),
        ({"principals": [listed(ALICE), listed(ALICE)]}, "principals[1].arn", "listed already"),
        (
            {
                "principals": [
                    listed(ALICE, accessKeyIds=["AKIAKEY"]),
                    listed(ROLE, accessKeyIds=["AKIAKEY"]),
                ]
            },
            "principals[1].accessKeyIds",
            "belongs to another principal",
        ),
        (
            {"principals": [listed(ALICE, ALLOW, {"Statement": {**ALLOW["Statement"], "Effect": "Alow"}})]},
            "principals[0].policies[1].Statement.Effect",
            '"Allow" or "Deny"',
        ),
        ({"default": {}}, "default", "'policies' is missing"),
        ({"context": {"aws:SourceIp": 1}}, "context.aws:SourceIp", "must be"),
    ],
)
def test_a_wrong_document_is_refused_with_its_place(
    api: Api, document: dict[str, Any], path: str, words: str
) -> None:
    with pytest.raises(AdminError) as refused:
        book(api, **document)
    assert (refused.value.path, words in refused.value.message) == (path, True)


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.json")), ids=lambda file: file.name)
def test_every_example_can_be_served(file: Path) -> None:
    assert read_iam_file(file)["default"]["policies"] == [json.loads(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON: unexpected end of data at line 1, column 2"),
        ("[]", ": must be an object"),
        ('{"Statement": {"Effect": "Allow"}}', ": Statement: give exactly one of 'Action'"),
        ('{"principals": [{}]}', ": principals[0]: 'arn' is missing"),
    ],
)
def test_a_file_that_cannot_be_served_is_refused_by_name(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "iam.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        read_iam_file(file)
    assert str(refused.value).startswith(str(file))
    assert words in str(refused.value)


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing\.json cannot be read"):
        read_iam_file(tmp_path / "missing.json")


def test_the_server_does_not_start_with_such_a_file(tmp_path: Path) -> None:
    file = tmp_path / "iam.json"
    file.write_text('{"default": {"policies": [{"Statement": []}]}}', encoding="utf-8")

    ended = CliRunner().invoke(main, ["serve", "--port", "0", "--iam", str(file)])

    assert ended.exit_code == 1
    assert ended.output == (
        f"Error: {file}: default.policies[0].Statement: must be a statement or a list of statements\n"
    )
