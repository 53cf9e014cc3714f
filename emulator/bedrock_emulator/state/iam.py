"""The `Iam` document: which policies the callers of a lab have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from bedrock_emulator.auth.actions import OTHER_ACTIONS, actions_of
from bedrock_emulator.auth.patterns import Context
from bedrock_emulator.auth.policy import Policy, Vocabulary, compile_policy
from bedrock_emulator.auth.principal import Identity, read_principal, session_arn
from bedrock_emulator.call import Caller
from bedrock_emulator.errors import AdminError
from bedrock_emulator.model.service import Api
from bedrock_emulator.state.schema import join_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A user or a role that the document lists."""

    arn: str
    identity: Identity
    policies: tuple[Policy, ...] = field(repr=False)
    access_key_ids: tuple[str, ...] = ()

    def caller_arn(self, access_key_id: str) -> str:
        """The principal of a request that was signed with one of its keys."""
        return self.arn if self.identity.kind == "user" else session_arn(self.identity, access_key_id)


class IamBook:
    """Who may do what. It never changes; an empty one, which is false, allows everything."""

    def __init__(
        self,
        principals: Iterable[Principal] = (),
        *,
        default: tuple[Policy, ...] | None = None,
        context: Context = MappingProxyType({}),
    ) -> None:
        self._principals = {each.identity.key: each for each in principals}
        self._by_key = {key: each for each in self._principals.values() for key in each.access_key_ids}
        self._default = default
        self.context = context
        """Condition keys that the document gives, in lower case: they outweigh what the emulator knows."""

    def __bool__(self) -> bool:
        """Whether anybody is restricted."""
        return bool(self._principals) or self._default is not None

    def __repr__(self) -> str:
        return f"IamBook({len(self._principals)} principals)"

    def identify(self, caller: Caller) -> Caller:
        """The caller, as the user or role that the document gives the access key to."""
        owner = self._by_key.get(caller.access_key_id or "")
        if owner is None or caller.access_key_id is None:
            return caller
        return replace(caller, arn=owner.caller_arn(caller.access_key_id), account=owner.identity.account)

    def principal(self, caller: Caller) -> Principal | None:
        """Who of those listed a caller is; a session is its role."""
        identity = read_principal(caller.arn)
        return None if identity is None else self._principals.get(identity.key)

    def policies(self, caller: Caller) -> tuple[Policy, ...] | None:
        """The policies of a caller; None for one who is not restricted."""
        listed = self.principal(caller)
        return self._default if listed is None else listed.policies


def compile_iam(document: Mapping[str, Any], *, api: Api, path: str = "") -> IamBook:
    """Read an `Iam` document that has the form of its schema.

    Raises:
        AdminError: an ARN of no principal, a key given twice, or a policy that cannot be.
    """
    context = _read_context(document.get("context", {}))
    vocabulary = Vocabulary(actions_of(api), OTHER_ACTIONS, context)
    principals = [
        _read_principal(each, vocabulary, join_path(path, "principals", index))
        for index, each in enumerate(document.get("principals", ()))
    ]
    _refuse_repetitions(principals, join_path(path, "principals"))
    default = document.get("default")
    return IamBook(
        principals,
        default=None if default is None else _policies(default, vocabulary, join_path(path, "default")),
        context=context,
    )


def _read_principal(document: Mapping[str, Any], vocabulary: Vocabulary, path: str) -> Principal:
    arn = document["arn"]
    identity = read_principal(arn)
    if identity is None or identity.is_session:
        raise AdminError(400, _no_principal(arn, identity), path=join_path(path, "arn"))
    return Principal(
        arn=arn,
        identity=identity,
        policies=_policies(document, vocabulary, path),
        access_key_ids=tuple(document.get("accessKeyIds", ())),
    )


def _no_principal(arn: str, session: Identity | None) -> str:
    if session is not None:
        role = f"arn:{session.partition}:iam::{session.account}:role/{session.name}"
        return f"a session has the policies of its role; list {role}, and all its sessions are meant"
    return f"{arn!r} is neither a user nor a role; write arn:aws:iam::123456789012:user/alice, or :role/…"


def _policies(document: Mapping[str, Any], vocabulary: Vocabulary, path: str) -> tuple[Policy, ...]:
    place = join_path(path, "policies")
    return tuple(
        compile_policy(each, vocabulary, path=join_path(place, index))
        for index, each in enumerate(document["policies"])
    )


def _read_context(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {key.lower(): _values(value) for key, value in document.items()}


def _values(value: str | Sequence[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _refuse_repetitions(principals: Sequence[Principal], path: str) -> None:
    listed: set[tuple[str, str, str]] = set()
    owned: set[str] = set()
    for index, principal in enumerate(principals):
        place = join_path(path, index)
        if principal.identity.key in listed:
            message = f"{principal.arn} is listed already; give it all its policies in one place"
            raise AdminError(400, message, path=join_path(place, "arn"))
        listed.add(principal.identity.key)
        for key in principal.access_key_ids:
            if key in owned:
                message = f"the access key {key} belongs to another principal already"
                raise AdminError(400, message, path=join_path(place, "accessKeyIds"))
            owned.add(key)
