from datetime import timedelta

import pytest

from bedrock_emulator.errors import AdminError
from bedrock_emulator.identity.sts import user_id
from bedrock_emulator.state.identity import DEFAULT_ROLE, IdentitySettings, read_identity, read_role


def test_a_roles_path_is_no_part_of_its_sessions():
    role = read_role("arn:aws-cn:iam::123456789012:role/service/a/b.c")
    assert role is not None
    assert (role.account, role.name) == ("123456789012", "b.c")
    assert role.session_arn("work") == "arn:aws-cn:sts::123456789012:assumed-role/b.c/work"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "role/a",
        "arn:aws:iam::1:role/a",
        "arn:aws:iam::123456789012:user/a",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:sts::123456789012:assumed-role/a/bc",
        "arn:aws:iam::123456789012:role/a b",
    ],
)
def test_other_texts_are_no_roles(text):
    assert read_role(text) is None
    for document in ({"roleArn": text}, {"knownRoles": [text]}):
        with pytest.raises(AdminError) as refused:
            read_identity(document, path="identity")
        assert refused.value.path in ("identity.roleArn", "identity.knownRoles[0]")


def test_what_a_document_leaves_out_is_as_by_default():
    assert read_identity({}, path="") == IdentitySettings()
    changed = read_identity({"sessionSeconds": 60, "knownRoles": []}, path="")
    assert (changed.role, changed.session) == (DEFAULT_ROLE, timedelta(seconds=60))
    assert not changed.knows(DEFAULT_ROLE.arn)
    assert IdentitySettings().knows("any")


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:iam::123456789012:root", "123456789012"),
        ("arn:aws:iam::123456789012:user/a", "AIDA"),
        ("arn:aws:sts::123456789012:assumed-role/a/work", "AROA"),
    ],
)
def test_a_principal_has_one_id(arn, expected):
    assert user_id(arn) == user_id(arn)
    assert user_id(arn).startswith(expected)
    assert user_id(arn).endswith(":work") == arn.endswith("/work")
