"""An inference profile: one id that reaches a model in several regions, or an account's own name for one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bedrock_emulator.state.arn import ProfileType, model_id_of, profile_arn
from bedrock_emulator.state.by_region import ByRegion


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRecord:
    """One inference profile in every region that it can be called from."""

    profile_id: str
    type: ProfileType
    members: Mapping[str, Any] = field(repr=False)
    """The members that depend neither on the region nor on the caller's account."""
    model_arns: ByRegion[tuple[str, ...]] = field(repr=False)
    """The destinations by source region [recorded: they differ from one source to the next]."""
    account: str | None = None
    """The account that owns it; None shows it to every account."""
    listed: bool = True
    """False for ids that documents use and AWS does not list."""
    end_of_life: bool = False

    @property
    def place(self) -> str:
        """Its place in every list: by model, then by prefix; the order of the service is not known [guess]."""
        return f"{self.profile_id.partition('.')[2]} {self.profile_id}"

    def visible_to(self, region: str, account: str) -> bool:
        """Whether a caller of this account can use it from this region."""
        here = self.model_arns.get(region) is not None
        return here and not self.end_of_life and self.account in {None, account}

    def arn(self, region: str, account: str) -> str:
        """The ARN as a caller sees it."""
        return profile_arn(self.type, region, account, self.profile_id)

    def row(self, region: str, account: str) -> dict[str, Any]:
        """The row of ListInferenceProfiles for a caller that the profile is visible to."""
        return {
            "inferenceProfileId": self.profile_id,
            "inferenceProfileArn": self.arn(region, account),
            "models": [{"modelArn": each} for each in self.model_arns.get(region) or ()],
            "type": self.type,
            **self.members,
        }

    def details(self, region: str, account: str) -> dict[str, Any]:
        """The answer of GetInferenceProfile; application profiles carry a toolboxArn of null [recorded]."""
        extra = {"toolboxArn": None} if self.type == "APPLICATION" else {}
        return {**extra, **self.row(region, account)}

    def base_model_id(self, region: str) -> str | None:
        """The model behind the profile; without destinations, a system-defined id less its prefix tells."""
        arns = self.model_arns.get(region)
        if arns:
            return model_id_of(arns[0])
        return self.profile_id.partition(".")[2] if self.type == "SYSTEM_DEFINED" else None
