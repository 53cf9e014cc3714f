"""The inference profiles that an account creates in a region."""

from collections.abc import Sequence

from bedrock_emulator.errors import AwsError
from bedrock_emulator.state.by_region import ByRegion
from bedrock_emulator.state.home import Home
from bedrock_emulator.state.profiles import ProfileRecord

MOST_PROFILES = 1_000
"""Application inference profiles of an account in a region: the default of the service quota [docs]."""


class ApplicationProfiles:
    """Application inference profiles by id."""

    def __init__(self, home: Home, *, most: int = MOST_PROFILES) -> None:
        self._home = home
        self._most = most
        self._profiles: dict[str, ProfileRecord] = {}

    def new(self, name: str, model_arns: Sequence[str], *, description: str | None = None) -> ProfileRecord:
        """A profile that reaches these models, to be added; the caller holds the lock until then.

        Raises:
            AwsError: the name is taken, or the quota is used up.
        """
        self._refuse_another(name)
        home = self._home
        created = home.now()
        described = {} if description is None else {"description": description}
        return ProfileRecord(
            profile_id=home.identifiers.new(),
            type="APPLICATION",
            members={
                "inferenceProfileName": name,
                **described,
                "createdAt": created,
                "updatedAt": created,
                "status": "ACTIVE",
            },
            model_arns=ByRegion({home.region: tuple(model_arns)}),
            account=home.account,
        )

    def add(self, profile: ProfileRecord) -> None:
        """Let callers see a new profile."""
        self._profiles[profile.profile_id] = profile

    def find(self, identifier: str) -> ProfileRecord | None:
        """The profile with this id or ARN."""
        profile = self._profiles.get(identifier.rpartition("/")[2])
        return profile if profile and identifier in {profile.profile_id, self.arn(profile)} else None

    def delete(self, profile: ProfileRecord) -> None:
        """Forget a profile that is here; the caller holds the lock."""
        del self._profiles[profile.profile_id]

    def all(self) -> list[ProfileRecord]:
        """Every profile, the oldest first."""
        with self._home.lock:
            return list(self._profiles.values())

    def arn(self, profile: ProfileRecord) -> str:
        """The ARN of a profile that lives here."""
        return profile.arn(self._home.region, self._home.account)

    def _refuse_another(self, name: str) -> None:
        """No capture shows these texts [guess]; the codes are modelled."""
        if any(each.members["inferenceProfileName"] == name for each in self._profiles.values()):
            raise AwsError(
                "ConflictException", f"An inference profile with the name {name} already exists.", status=400
            )
        if len(self._profiles) >= self._most:
            text = f"The account has {self._most:,} application inference profiles in this region, as many as its quota allows."
            raise AwsError("ServiceQuotaExceededException", text, status=400)
