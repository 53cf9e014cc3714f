"""Guardrails under any sequence of calls from several clients, with plain dicts as the oracle."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from tests.emulator.guardrails.support import MINIMAL, Client, InProcess

SERVER = InProcess()
CLIENTS = [SERVER.client() for _ in range(3)]

NAMES = st.sampled_from([f"name-{letter}" for letter in "abcdefgh"])
MESSAGES = st.sampled_from(["No.", "Never.", "Not here."])
PAGE_SIZES = st.integers(1, 5)
ANY_CLIENT = st.sampled_from(CLIENTS)

CONFLICT = "ConflictException"
NOT_FOUND = "ResourceNotFoundException"


class Guardrails(RuleBasedStateMachine):
    """The oracle: for each guardrail its versions, for each version its name and message."""

    ids: Bundle[str] = Bundle("ids")
    """Of guardrails that exist, and of deleted ones."""

    @initialize()
    def start(self) -> None:
        SERVER.labs.default.reset()
        self.oracle: dict[str, dict[str, tuple[str, str]]] = {}
        self.last: dict[str, int] = {}

    @rule(target=ids, client=ANY_CLIENT, name=NAMES, message=MESSAGES)
    def create(self, client: Client, name: str, message: str) -> Any:
        refusal = CONFLICT if name in self._names() else None
        created = _answer(refusal, client.create_guardrail, **_settings(name, message))
        return self._keep(created["guardrailId"], name, message) if created else multiple()

    @rule(target=ids, names=st.lists(NAMES, min_size=2, max_size=4), message=MESSAGES)
    def create_at_once(self, names: list[str], message: str) -> Any:
        """Of calls with one name exactly one succeeds, and none is lost."""

        def attempt(place: int) -> str:
            client = CLIENTS[place % len(CLIENTS)]
            return str(client.create_guardrail(**_settings(names[place], message))["guardrailId"])

        free = set(names) - self._names()
        with ThreadPoolExecutor(len(names)) as pool:
            pending = [pool.submit(attempt, place) for place in range(len(names))]
        refusals = [error for each in pending if (error := each.exception()) is not None]
        made = [
            self._keep(each.result(), name, message)
            for name, each in zip(names, pending, strict=True)
            if each.exception() is None
        ]
        assert sorted(self.oracle[each]["DRAFT"][0] for each in made) == sorted(free)
        assert {_code(error) for error in refusals if isinstance(error, ClientError)} <= {CONFLICT}
        assert len(made) + len(refusals) == len(names)
        return multiple(*made)

    @rule(client=ANY_CLIENT, guardrail_id=ids, name=NAMES, message=MESSAGES)
    def update(self, client: Client, guardrail_id: str, name: str, message: str) -> None:
        others = self._names(without=guardrail_id)
        refusal = CONFLICT if name in others else None
        updated = _answer(
            self._or_not_found(guardrail_id, refusal),
            client.update_guardrail,
            guardrailIdentifier=guardrail_id,
            **_settings(name, message),
        )
        if updated:
            self.oracle[guardrail_id]["DRAFT"] = (name, message)

    @rule(client=ANY_CLIENT, guardrail_id=ids)
    def number(self, client: Client, guardrail_id: str) -> None:
        numbered = _answer(
            self._or_not_found(guardrail_id),
            client.create_guardrail_version,
            guardrailIdentifier=guardrail_id,
        )
        if numbered:
            self.last[guardrail_id] += 1
            assert numbered["version"] == str(self.last[guardrail_id])
            self.oracle[guardrail_id][numbered["version"]] = self.oracle[guardrail_id]["DRAFT"]

    @rule(client=ANY_CLIENT, guardrail_id=ids, number=st.integers(1, 4))
    def delete_version(self, client: Client, guardrail_id: str, number: int) -> None:
        versions, version = self.oracle.get(guardrail_id, {}), str(number)
        _answer(
            None if version in versions else NOT_FOUND,
            client.delete_guardrail,
            guardrailIdentifier=guardrail_id,
            guardrailVersion=version,
        )
        versions.pop(version, None)

    @rule(client=ANY_CLIENT, guardrail_id=ids)
    def delete(self, client: Client, guardrail_id: str) -> None:
        _answer(self._or_not_found(guardrail_id), client.delete_guardrail, guardrailIdentifier=guardrail_id)
        self.oracle.pop(guardrail_id, None)

    @rule(client=ANY_CLIENT, guardrail_id=ids, size=PAGE_SIZES)
    def list_versions(self, client: Client, guardrail_id: str, size: int) -> None:
        if guardrail_id not in self.oracle:
            _answer(NOT_FOUND, client.list_guardrails, guardrailIdentifier=guardrail_id)
            return
        versions = self.oracle[guardrail_id]
        rows = list(_walk(client, size, guardrailIdentifier=guardrail_id))
        expected = sorted(versions, key=lambda each: 0 if each == "DRAFT" else int(each))
        assert [(row["version"], row["name"]) for row in rows] == [
            (each, versions[each][0]) for each in expected
        ]

    @rule(
        target=ids,
        reader=ANY_CLIENT,
        writer=ANY_CLIENT,
        size=PAGE_SIZES,
        changes=st.lists(NAMES | st.integers(0, 7), max_size=5),
    )
    def list_while_rows_come_and_go(
        self, reader: Client, writer: Client, size: int, changes: list[str | int]
    ) -> Any:
        """A row that is there all the time comes exactly once, whatever happens between the pages.

        Changes: the name of a new row, or the place of one to delete.
        """
        before, added, seen = set(self.oracle), [], []
        for row in _walk(reader, size):
            seen.append(row["id"])
            if changes and len(seen) % size == 0:
                added += self._change(writer, changes.pop())
        assert len(seen) == len(set(seen)), "a row came twice"
        assert before & set(self.oracle) <= set(seen), "a row was skipped"
        return multiple(*added)

    @invariant()
    def every_version_reads_back(self) -> None:
        for guardrail_id, versions in getattr(self, "oracle", {}).items():
            for version, (name, message) in versions.items():
                found = CLIENTS[0].get_guardrail(guardrailIdentifier=guardrail_id, guardrailVersion=version)
                assert (found["name"], found["blockedInputMessaging"]) == (name, message)
                assert (found["guardrailId"], found["version"]) == (guardrail_id, version)

    @invariant()
    def every_draft_is_listed(self) -> None:
        if hasattr(self, "oracle"):
            listed = {row["id"]: row["name"] for row in _walk(CLIENTS[1], 1000)}
            assert listed == {each: versions["DRAFT"][0] for each, versions in self.oracle.items()}

    def _names(self, without: str | None = None) -> set[str]:
        return {versions["DRAFT"][0] for each, versions in self.oracle.items() if each != without}

    def _or_not_found(self, guardrail_id: str, refusal: str | None = None) -> str | None:
        return refusal if guardrail_id in self.oracle else NOT_FOUND

    def _keep(self, guardrail_id: str, name: str, message: str) -> str:
        self.oracle[guardrail_id] = {"DRAFT": (name, message)}
        self.last[guardrail_id] = 0
        return guardrail_id

    def _change(self, client: Client, change: str | int) -> list[str]:
        if isinstance(change, str):
            if change in self._names():
                return []
            return [
                self._keep(client.create_guardrail(**_settings(change, "No."))["guardrailId"], change, "No.")
            ]
        if not self.oracle:
            return []
        chosen = list(self.oracle)[change % len(self.oracle)]
        client.delete_guardrail(guardrailIdentifier=chosen)
        del self.oracle[chosen]
        return []


def _settings(name: str, message: str) -> Mapping[str, Any]:
    return {**MINIMAL, "name": name, "blockedInputMessaging": message}


def _answer(refusal: str | None, operation: Callable[..., Any], **params: Any) -> Any:
    """What the call answers; None where it is refused with the code that the oracle expects."""
    if refusal is None:
        return operation(**params)
    with pytest.raises(ClientError) as caught:
        operation(**params)
    assert _code(caught.value) == refusal
    return None


def _walk(client: Client, size: int, **params: Any) -> Iterator[dict[str, Any]]:
    """The rows, page by page; the next page is asked for when its first row is."""
    tokens: list[dict[str, str]] = [{}]
    while True:
        page = client.list_guardrails(maxResults=size, **tokens[-1], **params)
        assert len(page["guardrails"]) <= size
        yield from page["guardrails"]
        if "nextToken" not in page:
            return
        tokens.append({"nextToken": page["nextToken"]})
        assert tokens.count(tokens[-1]) == 1, "the list would never end"


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


TestGuardrails = Guardrails.TestCase
TestGuardrails.settings = settings(max_examples=15, stateful_step_count=20)
