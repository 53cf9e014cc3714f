"""What policies decide, and which are refused when they are loaded."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_emulator.auth.policy import Decision, Vocabulary, compile_policy, decide
from bedrock_emulator.errors import AdminError

INVOKE = "bedrock:InvokeModel"
CLAUDE = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"
NOVA = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"
LIST = "bedrock:ListFoundationModels"

VOCABULARY = Vocabulary(
    actions=("InvokeModel", "InvokeModelWithResponseStream", "ListFoundationModels"),
    operations={"Converse": "InvokeModel"},
    context_keys=("aws:sourceip",),
)


def statement(effect: str = "Allow", **members: Any) -> dict[str, Any]:
    """A statement about everything unless said otherwise."""
    whole = {"Effect": effect, "Action": "*", "Resource": "*", **members}
    return {name: value for name, value in whole.items() if value is not None}


def policy(*statements: Any, **members: Any) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements), **members}


def decision(*documents: Any, action: str = INVOKE, resource: str = CLAUDE, **context: str) -> Decision:
    """What policies say; the names of condition keys are written with `__` for the colon."""
    known = {key.replace("__", ":"): (value,) for key, value in context.items()}
    return decide([compile_policy(document, VOCABULARY) for document in documents], action, resource, known)


@pytest.mark.parametrize(
    ("member", "action", "allowed"),
    [
        ({"Action": "*"}, INVOKE, True),
        ({"Action": "bedrock:*"}, INVOKE, True),
        ({"Action": "BEDROCK:invokemodel"}, INVOKE, True),
        ({"Action": ["s3:*", "bedrock:InvokeModel*"]}, "bedrock:InvokeModelWithResponseStream", True),
        ({"Action": "bedrock:InvokeModel"}, "bedrock:InvokeModelWithResponseStream", False),
        ({"Action": "bedrock:List?oundationModels"}, LIST, True),
        ({"Action": "s3:*"}, INVOKE, False),
        ({"Action": None, "NotAction": "bedrock:List*"}, INVOKE, True),
        ({"Action": None, "NotAction": ["s3:*", "bedrock:Invoke*"]}, INVOKE, False),
    ],
    ids=str,
)
def test_an_action_is_meant_in_any_case_and_by_wildcards(
    member: dict[str, Any], action: str, allowed: bool
) -> None:
    assert (decision(policy(statement(**member)), action=action) is Decision.ALLOWED) == allowed


@pytest.mark.parametrize(
    ("member", "resource", "allowed"),
    [
        ({"Resource": "*"}, CLAUDE, True),
        ({"Resource": "*"}, "*", True),
        ({"Resource": CLAUDE}, CLAUDE, True),
        ({"Resource": CLAUDE}, CLAUDE.upper(), False),
        ({"Resource": "arn:aws:bedrock:*::foundation-model/anthropic.*"}, CLAUDE, True),
        ({"Resource": "arn:aws:bedrock:*::foundation-model/anthropic.*"}, NOVA, False),
        ({"Resource": "arn:aws:bedrock:::foundation-model/*"}, CLAUDE, False),
        ({"Resource": "arn:aws:bedrock:us-east-1:*"}, CLAUDE, True),
        ({"Resource": "arn:aws:bedrock"}, CLAUDE, True),
        ({"Resource": "arn:aws:*foundation-model/*"}, CLAUDE, False),
        ({"Resource": "arn:aws:bedrock:us-west-?::foundation-model/*"}, CLAUDE, False),
        ({"Resource": "arn:aws:bedrock:*"}, "*", False),
        ({"Resource": [NOVA, CLAUDE]}, CLAUDE, True),
        ({"Resource": None, "NotResource": NOVA}, CLAUDE, True),
        ({"Resource": None, "NotResource": "arn:aws:bedrock:*::foundation-model/anthropic.*"}, CLAUDE, False),
    ],
    ids=str,
)
def test_the_wildcards_of_a_resource_stay_within_the_fields_of_its_arn(
    member: dict[str, Any], resource: str, allowed: bool
) -> None:
    assert (decision(policy(statement(**member)), resource=resource) is Decision.ALLOWED) == allowed


ALLOW, DENY = policy(statement()), policy(statement("Deny", Resource=CLAUDE))
DENY_NOVA = policy(statement("Deny", Resource=NOVA))


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([], Decision.NOT_ALLOWED),
        ([ALLOW], Decision.ALLOWED),
        ([DENY], Decision.DENIED),
        ([DENY_NOVA], Decision.NOT_ALLOWED),
        ([ALLOW, DENY], Decision.DENIED),
        ([DENY, ALLOW], Decision.DENIED),
        ([ALLOW, DENY_NOVA], Decision.ALLOWED),
        ([policy(statement("Deny"), statement())], Decision.DENIED),
    ],
)
def test_a_denial_outweighs_every_permission_in_whatever_order(
    documents: list[Any], expected: Decision
) -> None:
    assert decision(*documents) is expected


def test_a_statement_may_stand_without_a_list() -> None:
    assert decision({"Statement": statement()}) is Decision.ALLOWED


def test_all_conditions_of_a_statement_must_hold() -> None:
    both = {"StringEquals": {"aws:username": "alice"}, "Bool": {"aws:SecureTransport": "true"}}
    document = policy(statement(Condition=both))
    assert decision(document, aws__username="alice", aws__securetransport="true") is Decision.ALLOWED
    assert decision(document, aws__username="alice", aws__securetransport="false") is Decision.NOT_ALLOWED


OWN = "arn:aws:bedrock:*:*:application-inference-profile/${aws:username}*"


@pytest.mark.parametrize(
    ("version", "resource", "context", "allowed"),
    [
        ("2012-10-17", OWN, {"aws__username": "alice"}, True),
        ("2012-10-17", OWN, {"aws__username": "bob"}, False),
        ("2012-10-17", OWN, {"aws__username": "*"}, False),
        ("2012-10-17", OWN, {}, False),
        ("2008-10-17", OWN, {"aws__username": "alice"}, False),
        ("2012-10-17", OWN.replace("username", "username, 'alice'"), {}, True),
        ("2012-10-17", OWN.replace("aws:username", "*"), {}, False),
    ],
)
def test_variables_are_filled_in_by_the_new_version_of_the_grammar(
    version: str, resource: str, context: dict[str, str], allowed: bool
) -> None:
    document = policy(statement(Resource=resource), Version=version)
    profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/alice1234567"
    assert (decision(document, resource=profile, **context) is Decision.ALLOWED) == allowed


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        ([], None, "must be an object"),
        ({"Version": "2012-10-17"}, "Statement", "a statement or a list"),
        (policy(), "Statement", "a statement or a list"),
        (policy(statement(), Version="2012-10-18"), "Version", '"2012-10-17" or "2008-10-17"'),
        (policy(statement(), Version=[]), "Version", '"2012-10-17" or "2008-10-17"'),
        (policy(statement(), Id=1), "Id", "must be a string"),
        (policy(statement(), Statements=[]), "Statements", "did you mean 'Statement'"),
        (policy("x"), "Statement[0]", "must be an object"),
        (policy(statement(Sid="no spaces")), "Statement[0].Sid", "letters and digits"),
        (policy(statement(Sid="A"), statement(Sid="A")), "Statement[1].Sid", "a second statement"),
        (policy(statement("allow")), "Statement[0].Effect", '"Allow" or "Deny"'),
        (policy({"Action": "*", "Resource": "*"}), "Statement[0].Effect", '"Allow" or "Deny"'),
        (policy(statement(Actions="*")), "Statement[0].Actions", "did you mean 'Action'"),
        (policy(statement(Action=None)), "Statement[0]", "'Action', 'NotAction'"),
        (policy(statement(NotAction="*")), "Statement[0]", "'Action', 'NotAction'"),
        (policy(statement(Resource=None)), "Statement[0]", "'Resource', 'NotResource'"),
        (policy(statement(Action=[])), "Statement[0].Action", "a string or a list"),
        (policy(statement(Action=["*", 1])), "Statement[0].Action[1]", "must be a string"),
        (policy(statement(Action="InvokeModel")), "Statement[0].Action", "bedrock:InvokeModel"),
        (policy(statement(Action="bedrock:InvokModel")), "Statement[0].Action", "did you mean 'InvokeModel'"),
        (policy(statement(Action=["bedrock:Converse"])), "Statement[0].Action[0]", "it needs bedrock:InvokeModel"),
        (policy(statement(Resource="anthropic.claude-v2")), "Statement[0].Resource", "nor an ARN"),
        (policy(statement(Resource="arn:aws:bedrock:*:*:x/${}")), "Statement[0].Resource", "no policy variable"),
        (policy(statement(Resource="arn:" + "x" * 2045)), "Statement[0].Resource", "2,048 characters"),
        (policy(statement(Resource="arn:aws:bedrock:*:*:x/${aws:usernam}")), "Statement[0].Resource", "'aws:username'"),
        (
            policy(statement(Condition={"StringLike": {"aws:username": ["a", "${aws:PrincipalTag/team}"]}})),
            "Statement[0].Condition.StringLike.aws:username",
            "'context'",
        ),
        (policy(statement(Principal="*")), "Statement[0].Principal", "remove it"),
        (policy(statement(Condition=[])), "Statement[0].Condition", "must be an object"),
        (policy(statement(Condition={"StringEquals": 1})), "Statement[0].Condition.StringEquals", "object"),
        (
            policy(statement(Condition={"StringEqual": {"aws:username": "a"}})),
            "Statement[0].Condition.StringEqual",
            "did you mean 'StringEquals'",
        ),
        (
            policy(statement(Condition={"ForAnyValues:StringEquals": {"aws:username": "a"}})),
            "Statement[0].Condition.ForAnyValues:StringEquals",
            "did you mean 'ForAnyValue'",
        ),
        (
            policy(statement(Condition={"StringEquals": {"aws:usernam": "a"}})),
            "Statement[0].Condition.StringEquals.aws:usernam",
            "did you mean 'aws:username'",
        ),
        (
            policy(statement(Condition={"StringEquals": {"aws:SourceVpce": "a"}})),
            "Statement[0].Condition.StringEquals.aws:SourceVpce",
            "'context'",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_a_policy_is_refused_with_its_place(
    document: Any, path: str | None, words: str
) -> None:
    with pytest.raises(AdminError) as refused:
        compile_policy(document, VOCABULARY)
    assert (refused.value.status, refused.value.path) == (400, path)
    assert words in refused.value.message


@pytest.mark.parametrize(
    "members",
    [
        {"Action": "s3:*", "Condition": {"StringEquals": {"s3:prefix": "x"}}},
        {"Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}},
        {"Action": "bedrock:InvokeAgent"},
        {"Sid": ""},
    ],
    ids=["another service's key", "a key that the document gives", "an action of Agents", "an empty Sid"],
)
def test_what_the_emulator_cannot_know_better_is_left_alone(members: dict[str, Any]) -> None:
    assert compile_policy(policy(statement(**members)), VOCABULARY).statements


RULES = st.lists(
    st.tuples(st.sampled_from(["Allow", "Deny"]), st.sampled_from([CLAUDE, NOVA, "*"])), max_size=6
)


@given(policies=st.lists(RULES.filter(bool), max_size=3))
def test_the_decision_is_that_of_the_evaluation_logic(policies: list[list[tuple[str, str]]]) -> None:
    documents = [
        policy(*(statement(effect, Resource=about) for effect, about in rules)) for rules in policies
    ]
    effects = {effect for rules in policies for effect, about in rules if about in {CLAUDE, "*"}}
    expected = Decision.DENIED if "Deny" in effects else Decision.ALLOWED if effects else Decision.NOT_ALLOWED
    assert decision(*documents) is expected


WORDS = (
    "Version",
    "Statement",
    "Effect",
    "Action",
    "Resource",
    "Condition",
    "StringLike",
    "Null",
    "aws:username",
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=3)
    | st.sampled_from(["Allow", "*", "arn:${*}:*"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=8,
)
NEARLY = st.fixed_dictionaries(
    {"Effect": st.just("Allow"), "Action": VALUES, "Resource": VALUES}, optional={"Condition": VALUES}
)


@given(document=VALUES | NEARLY.map(lambda each: {"Statement": each}) | NEARLY.map(policy))
def test_whatever_json_is_a_policy_or_is_refused_as_one(document: Any) -> None:
    with suppress(AdminError):  # any other error would be a defect
        assert decide([compile_policy(document, VOCABULARY)], INVOKE, CLAUDE, {}) in Decision
