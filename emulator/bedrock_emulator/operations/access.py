"""What a caller without access to a model is told: at the runtime, and by GetFoundationModelAvailability."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bedrock_emulator.call import Call
from bedrock_emulator.errors import AwsError
from bedrock_emulator.state.models import ModelRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """One way not to have access. What availability says of each is a [guess]: no capture shows such an answer."""

    code: str
    status: int
    message: str
    agreement: str = "AVAILABLE"
    authorization: str = "AUTHORIZED"
    entitlement: str = "AVAILABLE"

    def error(self) -> AwsError:
        """The refusal of a call to the model."""
        return AwsError(self.code, self.message, status=self.status)


DENIALS: Mapping[str, Denial] = MappingProxyType(
    {
        "not-granted": Denial(
            code="AccessDeniedException",
            status=403,
            message="You don't have access to the model with the specified model ID.",  # [reported by users]
            agreement="NOT_AVAILABLE",
            entitlement="NOT_AVAILABLE",
        ),
        "marketplace": Denial(
            code="AccessDeniedException",
            status=403,
            message=(
                "Model access is denied due to IAM user or service role is not authorized to perform the required AWS "
                "Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access "
                "to this model. Refer to the Amazon Bedrock documentation for further details. Your AWS Marketplace "
                "subscription for this model cannot be completed at this time. If you recently fixed this issue, try "
                "again after 5 minutes."
            ),  # [reported by users], since access is automatic
            agreement="NOT_AVAILABLE",
        ),
        "account": Denial(
            code="AccessDeniedException",
            status=403,
            message="Your account is not authorized to invoke this API operation.",  # [reported by users]
            authorization="NOT_AUTHORIZED",
        ),
        "restricted": Denial(
            code="ValidationException",
            status=400,
            message="Operation not allowed",  # [reported by users], of new accounts
            authorization="NOT_AUTHORIZED",
        ),
        "use-case": Denial(
            code="ResourceNotFoundException",
            status=404,
            message=(
                "Model use case details have not been submitted for this account. Fill out the Anthropic use case "
                "details form before using the model. If you have already filled out the form, try again in 15 minutes."
            ),  # [reported by users]
            authorization="NOT_AUTHORIZED",
        ),
        "legacy": Denial(
            code="ResourceNotFoundException",
            status=404,
            message=(
                "Access denied. This Model is marked by provider as Legacy and you have not been actively using the "
                "model in the last 30 days. Please upgrade to an active model on Amazon Bedrock"
            ),  # [reported by users]
            entitlement="NOT_AVAILABLE",
        ),
    }
)
"""By the reasons that the schema of the admin API knows."""


def denial_of(call: Call, model: ModelRecord, names: Iterable[str]) -> Denial | None:
    """Why the lab's callers have no access to a model that they call by these names; None when they have."""
    reason = call.lab.model_access.reason_against(names, legacy=model.is_legacy)
    return None if reason is None else DENIALS[reason]
