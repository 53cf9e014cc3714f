"""Policies as boto3 meets them: who is let through, who is not, and in which words."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import boto3
import pytest
from aws_bedrock_token_generator import BedrockTokenGenerator
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from bedrock_emulator.client import Emulator, LabClient

EXAMPLES = Path(__file__).parents[2] / "examples" / "iam"
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
NOVA = "amazon.nova-lite-v1:0"
HI: list[Any] = [{"role": "user", "content": [{"text": "Hi"}]}]
ACCOUNT = "123456789012"
TESTER = f"arn:aws:iam::{ACCOUNT}:user/test"
ALL = "arn:aws:bedrock:*::foundation-model/*"

Client: TypeAlias = Callable[..., Any]


@pytest.fixture(scope="module")
def lab_of_the_module(bedrock_emulator_server: Emulator) -> Iterator[LabClient]:
    """One lab for all tests, so that they can share the clients, which are slow to make."""
    with bedrock_emulator_server.lab() as lab:
        yield lab


@pytest.fixture(scope="module")
def client(lab_of_the_module: LabClient) -> Iterator[Client]:
    """Gives boto3 clients of any caller in any region, without retries."""
    with ExitStack() as clients:

        @cache
        def make(service: str, *, key: str = "test", secret: str = "test", region: str = "us-east-1") -> Any:  # noqa: S107
            made: Any = boto3.Session().client(
                service,  # type: ignore[call-overload]
                endpoint_url=lab_of_the_module.endpoint_url,
                region_name=region,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                config=Config(retries={"total_max_attempts": 1}),
            )
            return clients.enter_context(closing(made))

        yield make


@pytest.fixture
def lab(lab_of_the_module: LabClient) -> LabClient:
    """The lab as it was made."""
    lab_of_the_module.reset()
    return lab_of_the_module


@pytest.fixture
def runtime(client: Client) -> Any:
    return client("bedrock-runtime")


@pytest.fixture
def bedrock(client: Client) -> Any:
    return client("bedrock")


def policy(*actions: str, effect: str = "Allow", resource: Any = "*", **members: Any) -> dict[str, Any]:
    """A policy of one statement."""
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource, **members}
    return {"Version": "2012-10-17", "Statement": [statement]}


def converse(runtime: Any, model: str = CLAUDE, **options: Any) -> str:
    """How a Converse call ends: `ok`, or the message of IAM."""
    return outcome(lambda: runtime.converse(modelId=model, messages=HI, **options))


def outcome(call: Callable[[], Any]) -> str:
    """How a call ends: `ok`, or the message of IAM."""
    try:
        call()
    except ClientError as error:
        return words_of_iam(error.response)
    return "ok"


def words_of_iam(response: Any) -> str:
    """The message of a denial; botocore reads its code from a header and its text from a body with a capital M."""
    assert response["Error"]["Code"] == "AccessDeniedException"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 403
    return str(response["Error"]["Message"])


def made_guardrail(bedrock: Any) -> str:
    """The id of a guardrail with two versions."""
    made = bedrock.create_guardrail(
        name="words",
        blockedInputMessaging="no",
        blockedOutputsMessaging="no",
        wordPolicyConfig={"wordsConfig": [{"text": "xyzzy"}]},
    )
    guardrail = str(made["guardrailId"])
    for _ in range(2):
        bedrock.create_guardrail_version(guardrailIdentifier=guardrail)
    return guardrail


def not_allowed(action: str, resource: str = "", *, user: str = TESTER) -> str:
    """The message about what no policy allows."""
    about = f" on resource: {resource}" if resource else ""
    because = f"because no identity-based policy allows the bedrock:{action} action"
    return f"User: {user} is not authorized to perform: bedrock:{action}{about} {because}"


# The permissions that OpenClaw documents.


def use_of_the_product(bedrock: Any, runtime: Any) -> dict[str, Callable[[], Any]]:
    """A call for each permission, which needs that one and perhaps those of the plain invocations."""
    guardrail = {"guardrailIdentifier": made_guardrail(bedrock), "guardrailVersion": "DRAFT"}
    return {
        "bedrock:InvokeModel": lambda: runtime.converse(modelId=CLAUDE, messages=HI),
        "bedrock:InvokeModelWithResponseStream": lambda: [
            *runtime.converse_stream(modelId=CLAUDE, messages=HI)["stream"]
        ],
        "bedrock:ListFoundationModels": bedrock.list_foundation_models,
        "bedrock:ListInferenceProfiles": bedrock.list_inference_profiles,
        "bedrock:GetInferenceProfile": lambda: bedrock.get_inference_profile(
            inferenceProfileIdentifier=f"us.{NOVA}"
        ),
        "bedrock:ApplyGuardrail": lambda: runtime.converse(
            modelId=CLAUDE, messages=HI, guardrailConfig=guardrail
        ),
    }


def documented_permissions() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        (EXAMPLES / "documented-permissions.json").read_text(encoding="utf-8")
    )
    return document


def actions_of(document: Mapping[str, Any]) -> list[str]:
    granted = [statement["Action"] for statement in document["Statement"]]
    return [action for each in granted for action in ([each] if isinstance(each, str) else each)]


def without(document: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The policy less one action, and less a statement that has no other."""
    statements = []
    for statement in document["Statement"]:
        left = [each for each in actions_of({"Statement": [statement]}) if each != action]
        statements += [{**statement, "Action": left}] if left else []
    return {**document, "Statement": statements}


@pytest.mark.parametrize("example", ["documented-permissions.json", "AmazonBedrockFullAccess.json"])
def test_the_examples_are_sufficient(example: str, lab: LabClient, bedrock: Any, runtime: Any) -> None:
    document = json.loads((EXAMPLES / example).read_text(encoding="utf-8"))
    calls = use_of_the_product(bedrock, runtime)
    lab.put_iam(default=[document])

    outcomes = {name: outcome(call) for name, call in calls.items()}

    assert outcomes == dict.fromkeys(actions_of(documented_permissions()), "ok")


@pytest.mark.parametrize("action", actions_of(documented_permissions()))
def test_no_documented_permission_is_superfluous(
    action: str, lab: LabClient, bedrock: Any, runtime: Any
) -> None:
    calls = use_of_the_product(bedrock, runtime)
    lab.put_iam(default=[without(documented_permissions(), action)])

    outcomes = {name: outcome(call) for name, call in calls.items()}

    denied = {name for name, message in outcomes.items() if message != "ok"}
    needs_invocation = {"bedrock:ApplyGuardrail"} if action == "bedrock:InvokeModel" else set()
    assert denied == {action} | needs_invocation
    assert f"is not authorized to perform: {action}" in outcomes[action]


# Words and shapes.


def test_nothing_given_allows_everything_again(lab: LabClient, runtime: Any) -> None:
    lab.put_iam(default=[])
    assert converse(runtime) == not_allowed(
        "InvokeModel", f"arn:aws:bedrock:us-east-1::foundation-model/{CLAUDE}"
    )
    lab.put_iam()
    assert converse(runtime) == "ok"


def test_a_list_is_about_no_resource(lab: LabClient, bedrock: Any) -> None:
    lab.put_iam(default=[policy("bedrock:List*", resource=ALL)])
    assert outcome(bedrock.list_foundation_models) == not_allowed("ListFoundationModels")


def test_an_explicit_denial_says_so(lab: LabClient, runtime: Any) -> None:
    lab.put_iam(default=[policy("*"), policy("bedrock:InvokeModel", effect="Deny", resource=ALL)])

    assert converse(runtime) == (
        f"User: {TESTER} is not authorized to perform: bedrock:InvokeModel on resource: "
        f"arn:aws:bedrock:us-east-1::foundation-model/{CLAUDE} with an explicit deny in an identity-based policy"
    )


def test_a_stream_is_denied_before_it_begins(lab: LabClient, runtime: Any) -> None:
    lab.put_iam(default=[policy("bedrock:InvokeModel")])

    denied = outcome(lambda: runtime.converse_stream(modelId=CLAUDE, messages=HI))

    assert denied.startswith(
        f"User: {TESTER} is not authorized to perform: bedrock:InvokeModelWithResponseStream"
    )
    (entry,) = lab.journal("ConverseStream")
    assert entry["responseBody"] == {"Message": denied}
    assert entry["caller"] == {"kind": "sigv4", "accessKeyId": "test", "arn": TESTER}


def test_a_malformed_request_is_told_before_what_it_may_not(lab: LabClient, runtime: Any) -> None:
    lab.put_iam(default=[])
    with pytest.raises(ClientError) as refused:
        runtime.converse(modelId=CLAUDE, messages=[{"role": "nobody", "content": []}])
    assert refused.value.response["Error"]["Code"] == "ValidationException"


# Profiles and conditions.


def test_a_profile_needs_every_model_behind_it(lab: LabClient, runtime: Any) -> None:
    profile = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.{NOVA}"
    models = [
        f"arn:aws:bedrock:{region}::foundation-model/{NOVA}"
        for region in ("us-east-1", "us-east-2", "us-west-2")
    ]
    needed = [profile, *models]

    for count in range(len(needed)):
        granted = needed[:count] or ["arn:aws:bedrock:eu-west-1::foundation-model/none"]
        lab.put_iam(default=[policy("bedrock:InvokeModel", resource=granted)])
        assert converse(runtime, f"us.{NOVA}") == not_allowed("InvokeModel", needed[count])
    lab.put_iam(default=[policy("bedrock:InvokeModel", resource=needed)])
    assert converse(runtime, f"us.{NOVA}") == "ok"


def test_models_can_be_allowed_through_one_profile_alone(lab: LabClient, runtime: Any) -> None:
    profile = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.{NOVA}"
    through = {"StringEquals": {"bedrock:InferenceProfileArn": profile}}
    lab.put_iam(
        default=[
            policy("bedrock:InvokeModel", resource=profile),
            policy("bedrock:InvokeModel", resource=ALL, Condition=through),
        ]
    )

    assert converse(runtime, f"us.{NOVA}") == "ok"
    assert converse(runtime, NOVA) == not_allowed(
        "InvokeModel", f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"
    )


def test_a_guardrail_can_be_demanded(lab: LabClient, bedrock: Any, runtime: Any) -> None:
    guardrail = made_guardrail(bedrock)
    arn = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/{guardrail}"
    demanded = {"StringNotEquals": {"bedrock:GuardrailIdentifier": f"{arn}:1"}}
    lab.put_iam(default=[policy("*"), policy("bedrock:InvokeModel*", effect="Deny", Condition=demanded)])

    def with_version(version: str) -> str:
        config = {"guardrailIdentifier": guardrail, "guardrailVersion": version}
        return converse(runtime, guardrailConfig=config)

    assert "with an explicit deny" in converse(runtime)
    assert "with an explicit deny" in with_version("2")
    assert with_version("1") == "ok"


@pytest.mark.parametrize(
    ("condition", "context", "allowed"),
    [
        ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, {}, True),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, {}, False),
        ({"ArnLike": {"aws:PrincipalArn": TESTER}}, {}, True),
        ({"StringEquals": {"aws:username": "test", "aws:PrincipalType": "User"}}, {}, True),
        ({"StringEquals": {"aws:PrincipalAccount": "210987654321"}}, {}, False),
        ({"StringEquals": {"aws:ResourceAccount": ACCOUNT}}, {}, True),
        ({"Bool": {"aws:SecureTransport": "true", "aws:ViaAWSService": "false"}}, {}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, {"aws:SecureTransport": "false"}, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, {}, True),
        ({"NumericLessThan": {"aws:EpochTime": 1767225600}}, {}, False),
        ({"Null": {"bedrock:BearerTokenType": "true"}}, {}, True),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {"aws:SourceIp": "203.0.113.7"}, True),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {"aws:SourceIp": None}, False),
    ],
    ids=str,
)
def test_conditions_ask_what_the_emulator_knows_or_is_told(
    condition: Any, context: dict[str, Any], allowed: bool, lab: LabClient, runtime: Any
) -> None:
    lab.put_clock(now="2026-06-01T00:00:00Z")
    lab.put_iam(default=[policy("bedrock:*", Condition=condition)], context=context)
    assert (converse(runtime) == "ok") == allowed


def test_tags_can_be_demanded_and_decide(lab: LabClient, bedrock: Any) -> None:
    project = {"StringEquals": {"aws:RequestTag/project": "apollo"}}
    lab.put_iam(
        default=[
            policy("bedrock:CreateInferenceProfile", "bedrock:TagResource", Condition=project),
            policy(
                "bedrock:DeleteInferenceProfile",
                Condition={"StringEquals": {"aws:ResourceTag/project": "${aws:RequestTag/none, 'apollo'}"}},
            ),
        ]
    )

    def create(name: str, **tags: str) -> str:
        source = {"copyFrom": f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"}
        listed = [{"key": key, "value": value} for key, value in tags.items()]
        made = bedrock.create_inference_profile(inferenceProfileName=name, modelSource=source, tags=listed)
        return str(made["inferenceProfileArn"])

    mine = create("mine", project="apollo")
    assert "bedrock:CreateInferenceProfile" in outcome(lambda: create("other", project="gemini"))
    assert outcome(lambda: bedrock.delete_inference_profile(inferenceProfileIdentifier=mine)) == "ok"


# Principals.


def test_the_session_of_a_role_has_its_policies_and_is_named_in_denials(
    lab: LabClient, client: Client
) -> None:
    session = "arn:aws:sts::210987654321:assumed-role/Builder/i-0abc"
    keys = {"accessKeyId": "AKIAROLE", "secretAccessKey": "secret", "arn": session}
    lab.put_credentials([keys])
    role = "arn:aws:iam::210987654321:role/Builder"
    as_role = {"StringEquals": {"aws:PrincipalArn": role}}
    lab.put_iam([{"arn": role, "policies": [policy("bedrock:InvokeModel", Condition=as_role)]}])

    assert converse(client("bedrock-runtime", key="AKIAROLE", secret="secret")) == "ok"
    denied = outcome(client("bedrock", key="AKIAROLE", secret="secret").list_foundation_models)
    assert denied == not_allowed("ListFoundationModels", user=session)
    assert outcome(client("bedrock").list_foundation_models) == "ok"


def test_an_access_key_can_be_given_to_a_user_without_its_secret(lab: LabClient, client: Client) -> None:
    alice = "arn:aws:iam::210987654321:user/alice"
    lab.put_iam([{"arn": alice, "accessKeyIds": ["AKIAALICE"], "policies": []}])

    denied = outcome(client("bedrock", key="AKIAALICE").list_foundation_models)

    assert denied == not_allowed("ListFoundationModels", user=alice)
    (entry,) = lab.journal()
    assert (entry["account"], entry["caller"]["arn"]) == ("210987654321", alice)


@pytest.fixture
def bearer_client(lab: LabClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Makes clients that send a Bedrock API key, over HTTPS as botocore demands."""
    with ExitStack() as clients:

        def make(token: str) -> Any:
            monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", token)
            made = boto3.Session().client(
                "bedrock-runtime",
                endpoint_url=lab.https_endpoint_url,
                region_name="us-east-1",
                verify=lab.emulator.ca_file,
                config=Config(retries={"total_max_attempts": 1}),
            )
            return clients.enter_context(closing(made))

        yield make


def test_a_bearer_key_needs_a_permission_of_its_own(lab: LabClient, bearer_client: Client) -> None:
    alice = f"arn:aws:iam::{ACCOUNT}:user/alice"
    lab.put_credentials(
        [
            {"accessKeyId": "AKIAALICE", "secretAccessKey": "alices", "arn": alice},
            {"bearerToken": "ABSKalices", "arn": alice},
        ]
    )
    lab.configure(auth="strict")
    short = BedrockTokenGenerator().get_token(Credentials("AKIAALICE", "alices"), "us-east-1")
    invoke = policy("bedrock:InvokeModel")
    of_short_term = {"StringEquals": {"bedrock:BearerTokenType": "SHORT_TERM"}}

    lab.put_iam([{"arn": alice, "policies": [invoke]}])
    assert converse(bearer_client(short)) == not_allowed("CallWithBearerToken", "*", user=alice)

    bearer = policy("bedrock:CallWithBearerToken", Condition=of_short_term)
    lab.put_iam([{"arn": alice, "policies": [invoke, bearer]}])
    assert converse(bearer_client(short)) == "ok"
    assert converse(bearer_client("ABSKalices")) == not_allowed("CallWithBearerToken", "*", user=alice)


# Accounts and regions.


def test_what_an_account_creates_no_other_account_or_region_sees(lab: LabClient, client: Client) -> None:
    lab.put_credentials([{"accessKeyId": "AKIAOTHER", "secretAccessKey": "test", "account": "210987654321"}])
    source = {"copyFrom": f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"}
    own = client("bedrock")
    arn = own.create_inference_profile(inferenceProfileName="mine", modelSource=source)["inferenceProfileArn"]
    assert arn.startswith(f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/")

    for stranger in (client("bedrock", key="AKIAOTHER"), client("bedrock", region="eu-west-1")):
        assert stranger.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"] == []
        for act in (stranger.get_inference_profile, stranger.delete_inference_profile):
            with pytest.raises(ClientError) as refused:
                act(inferenceProfileIdentifier=arn)
            assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
    with pytest.raises(ClientError) as refused:
        client("bedrock-runtime", key="AKIAOTHER").converse(modelId=arn, messages=HI)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert converse(client("bedrock-runtime"), arn) == "ok"


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_the_arns_of_an_answer_carry_the_region_and_the_account_of_the_call(
    region: str, lab: LabClient, client: Client
) -> None:
    lab.put_credentials([{"accessKeyId": "AKIAOTHER", "secretAccessKey": "test", "account": "210987654321"}])
    bedrock = client("bedrock", key="AKIAOTHER", region=region)

    models = {row["modelArn"].split(":")[3] for row in bedrock.list_foundation_models()["modelSummaries"]}
    profiles = bedrock.list_inference_profiles()["inferenceProfileSummaries"]
    owners = {tuple(row["inferenceProfileArn"].split(":")[3:5]) for row in profiles}

    assert models == {region}
    assert owners == {(region, "210987654321")}
    assert {(entry["region"], entry["account"]) for entry in lab.journal()} == {(region, "210987654321")}
