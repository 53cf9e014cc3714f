"""The guardrails of an account in a region: drafts that can be changed, and numbered snapshots of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias

from bedrock_emulator.errors import AwsError
from bedrock_emulator.state.arn import partition_of
from bedrock_emulator.state.home import Home

DRAFT = "DRAFT"
"""The version that UpdateGuardrail changes; every other one is a number."""

MOST_GUARDRAILS = 100
MOST_VERSIONS = 20
"""The service quotas: guardrails of an account in a region, and numbered versions of one of them [docs]."""

_POLICY = "Policy"

GuardrailSettings: TypeAlias = Mapping[str, Any]
"""What a caller decides about a guardrail: members of GetGuardrail's answer, from `name` to `kmsKeyArn`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GuardrailVersion:
    """One version of a guardrail; no part of it ever changes. Compared by identity, so that what is made of it is kept."""

    guardrail_id: str
    arn: str
    version: str
    settings: GuardrailSettings = field(repr=False)
    """Read-only at every level; lists are tuples. Names, messages and policies are sensitive by the service model."""
    created_at: datetime
    updated_at: datetime

    @property
    def number(self) -> int:
        """The number of a snapshot; 0 for the draft, which comes before them all."""
        return 0 if self.version == DRAFT else int(self.version)

    @property
    def name(self) -> str:
        """The name at the time of this version."""
        return str(self.settings["name"])

    @property
    def blocked_input(self) -> str:
        """What a user reads instead of an answer to a blocked prompt."""
        return str(self.settings["blockedInputMessaging"])

    @property
    def blocked_output(self) -> str:
        """What a user reads instead of a blocked answer."""
        return str(self.settings["blockedOutputsMessaging"])

    @property
    def policies(self) -> Mapping[str, Mapping[str, Any]]:
        """The policies that are configured, by member of GetGuardrail's answer: `topicPolicy`, `wordPolicy`, …"""
        return {name: value for name, value in self.settings.items() if name.endswith(_POLICY)}


@dataclass(slots=True)
class _Guardrail:
    """A draft and what was numbered of it; changed under the lock of the home alone."""

    draft: GuardrailVersion
    snapshots: dict[str, GuardrailVersion] = field(default_factory=dict)
    last_number: int = 0


class GuardrailStore:
    """Guardrails by id; what several calls change at once changes one after the other."""

    def __init__(
        self, home: Home, *, most: int = MOST_GUARDRAILS, most_versions: int = MOST_VERSIONS
    ) -> None:
        self._home = home
        self._most = most
        self._most_versions = most_versions
        self._guardrails: dict[str, _Guardrail] = {}

    def find(self, identifier: str, version: str = DRAFT) -> GuardrailVersion | None:
        """The version of the guardrail with this id or ARN."""
        with self._home.lock:
            found = self._guardrails.get(identifier.rpartition("/")[2])
            if found is None or identifier not in {found.draft.guardrail_id, found.draft.arn}:
                return None
            return found.draft if version == DRAFT else found.snapshots.get(version)

    def existing(self, identifier: str, version: str = DRAFT) -> GuardrailVersion:
        """The same, for operations on it.

        Raises:
            AwsError: there is none.
        """
        found = self.find(identifier, version)
        if found is None:
            # The code is modelled; no capture shows the text [guess].
            text = f"The guardrail {identifier} has no version {version}, or does not exist in this account and region."
            raise AwsError("ResourceNotFoundException", text, status=404)
        return found

    def drafts(self) -> list[GuardrailVersion]:
        """The draft of every guardrail."""
        with self._home.lock:
            return [each.draft for each in self._guardrails.values()]

    def versions(self, identifier: str) -> list[GuardrailVersion]:
        """The draft of one guardrail and its snapshots.

        Raises:
            AwsError: there is no such guardrail.
        """
        with self._home.lock:
            guardrail = self._of(identifier)
            return [guardrail.draft, *guardrail.snapshots.values()]

    def new(self, settings: GuardrailSettings) -> GuardrailVersion:
        """The draft of a guardrail, to be added while the lock of the home is still held.

        Raises:
            AwsError: the name is taken, or the quota is used up.
        """
        self._refuse_name_of_another(settings["name"], None)
        if len(self._guardrails) >= self._most:
            raise _quota(f"{self._most} guardrails in this region")
        home, now = self._home, self._home.now()
        guardrail_id = home.identifiers.new()
        arn = f"arn:{partition_of(home.region)}:bedrock:{home.region}:{home.account}:guardrail/{guardrail_id}"
        return GuardrailVersion(
            guardrail_id=guardrail_id,
            arn=arn,
            version=DRAFT,
            settings=_frozen(settings),
            created_at=now,
            updated_at=now,
        )

    def add(self, draft: GuardrailVersion) -> None:
        """Keep what `new` made."""
        with self._home.lock:
            self._guardrails[draft.guardrail_id] = _Guardrail(draft)

    def update(self, identifier: str, settings: GuardrailSettings) -> GuardrailVersion:
        """Replace what the draft says; settings that are left out are gone [guess].

        Raises:
            AwsError: there is no such guardrail, or the name is taken.
        """
        with self._home.lock:
            guardrail = self._of(identifier)
            self._refuse_name_of_another(settings["name"], guardrail.draft)
            now = self._home.now()
            guardrail.draft = replace(guardrail.draft, settings=_frozen(settings), updated_at=now)
            return guardrail.draft

    def snapshot(self, identifier: str, description: str | None) -> GuardrailVersion:
        """Number the draft as it is; its description stays where no other is given [guess].

        Raises:
            AwsError: there is no such guardrail, or the quota is used up.
        """
        with self._home.lock:
            guardrail = self._of(identifier)
            if len(guardrail.snapshots) >= self._most_versions:
                raise _quota(f"{self._most_versions} versions of this guardrail")
            guardrail.last_number += 1  # numbers of deleted versions do not come again [guess]
            described = {} if description is None else {"description": description}
            now = self._home.now()
            taken = replace(
                guardrail.draft,
                version=str(guardrail.last_number),
                settings=MappingProxyType({**guardrail.draft.settings, **described}),
                created_at=now,
                updated_at=now,
            )
            guardrail.snapshots[taken.version] = taken
            return taken

    def delete(self, identifier: str) -> GuardrailVersion:
        """Forget a guardrail with all its versions; gives what its draft was.

        Raises:
            AwsError: there is no such guardrail.
        """
        with self._home.lock:
            draft = self.existing(identifier)
            del self._guardrails[draft.guardrail_id]
            return draft

    def delete_version(self, identifier: str, version: str) -> None:
        """Forget one snapshot.

        Raises:
            AwsError: there is no such guardrail, or it has no such version.
        """
        with self._home.lock:
            snapshot = self.existing(identifier, version)
            del self._guardrails[snapshot.guardrail_id].snapshots[snapshot.version]

    def _of(self, identifier: str) -> _Guardrail:
        return self._guardrails[self.existing(identifier).guardrail_id]

    def _refuse_name_of_another(self, name: str, own: GuardrailVersion | None) -> None:
        others = (each.draft for each in self._guardrails.values() if each.draft is not own)
        if any(each.name == name for each in others):
            # The text [reported by users]; the code is the one modelled for it.
            text = "Another guardrail in your account already has this name."
            raise AwsError("ConflictException", text, status=400)


def _quota(used: str) -> AwsError:
    """The code is reported by users; the text is a [guess]."""
    return AwsError(
        "ServiceQuotaExceededException",
        f"The account has {used}, as many as its quota allows. Delete one that is no longer needed.",
        status=400,
    )


def _frozen(value: Any) -> Any:
    """A copy of JSON that cannot be changed."""
    if isinstance(value, Mapping):
        return MappingProxyType({name: _frozen(item) for name, item in value.items()})
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(_frozen(item) for item in value)
    return value
