"""Application profiles and their tags, by any sequence of calls, against a plain dict; several clients at once."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from tests.emulator.control.caller import Caller, RefusedError

ACCOUNT = "123456789012"
SOURCES = {
    "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0": 1,
    f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.amazon.nova-lite-v1:0": 3,
}
"""What can be copied, and how many models the copy reaches."""

DESCRIPTIONS = st.none() | st.from_regex(r"([0-9a-zA-Z:.][ _-]?){1,20}", fullmatch=True)
KEYS = st.text("abcAB1_.:/=+@-", min_size=1, max_size=4).filter(lambda key: not key.startswith("aws:"))
TAGS = st.dictionaries(KEYS, st.text("abc 1_.:/=+@-", max_size=4), max_size=4)
CLIENTS = 4

_server = Caller()


def _tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def _create(name: str, source: str, **more: Any) -> str:
    """The ARN of a new profile."""
    given = {key: value for key, value in more.items() if value is not None}
    answer = _server.call(
        "CreateInferenceProfile", inferenceProfileName=name, modelSource={"copyFrom": source}, **given
    )
    arn: str = answer["inferenceProfileArn"]
    return arn


def _tags_of(arn: str) -> dict[str, str]:
    tags = _server.call("ListTagsForResource", resourceARN=arn)["tags"]
    return {each["key"]: each["value"] for each in tags}


def _pages(size: int, between: Callable[[], object] = lambda: None) -> list[str]:
    """The ARNs on every page; `between` happens after each page but the last."""
    arns: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = _server.call("ListInferenceProfiles", typeEquals="APPLICATION", maxResults=size, **token)
        rows = answer["inferenceProfileSummaries"]
        arns += [row["inferenceProfileArn"] for row in rows]
        if "nextToken" not in answer:
            return arns
        assert len(rows) == size
        assert len(arns) == len(set(arns))
        token = {"nextToken": answer["nextToken"]}
        between()


@contextmanager
def _clients() -> Iterator[ThreadPoolExecutor]:
    """Threads that take turns as often as Python can, so that a lock that is missing shows."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(CLIENTS) as pool:
            yield pool
    finally:
        sys.setswitchinterval(usual)


class Profiles(RuleBasedStateMachine):
    """The oracle is `known`: ARN to what was asked for."""

    arns = Bundle("arns")

    @initialize()
    def start(self) -> None:
        _server.admin("POST", "labs/default/reset")
        self.known: dict[str, dict[str, Any]] = {}
        self.names: Iterator[str] = (f"profile-{number}" for number in count())

    @rule(target=arns, source=st.sampled_from(sorted(SOURCES)), description=DESCRIPTIONS, tags=TAGS)
    def create(self, source: str, description: str | None, tags: dict[str, str]) -> str:
        name = next(self.names)
        request = {"description": description, "tags": _tag_list(tags), "clientRequestToken": f"token-{name}"}
        arn = _create(name, source, **request)
        assert arn not in self.known
        assert _create(name, source, **request) == arn
        self.known[arn] = {"name": name, "source": source, "description": description, "tags": dict(tags)}
        return arn

    @rule(arn=arns)
    def create_another_of_the_same_name(self, arn: str) -> None:
        with pytest.raises(RefusedError) as caught:
            _create(self.known[arn]["name"], next(iter(SOURCES)))
        assert (caught.value.status, caught.value.code) == (400, "ConflictException")

    @rule(arn=consumes(arns), by_id=st.booleans())
    def delete(self, arn: str, *, by_id: bool) -> None:
        identifier = arn.rpartition("/")[2] if by_id else arn
        _server.call("DeleteInferenceProfile", inferenceProfileIdentifier=identifier)
        del self.known[arn]
        for operation, request in (
            ("GetInferenceProfile", {"inferenceProfileIdentifier": identifier}),
            ("DeleteInferenceProfile", {"inferenceProfileIdentifier": identifier}),
            ("ListTagsForResource", {"resourceARN": arn}),
            ("TagResource", {"resourceARN": arn, "tags": []}),
        ):
            with pytest.raises(RefusedError) as caught:
                _server.call(operation, **request)
            assert (caught.value.status, caught.value.code) == (404, "ResourceNotFoundException")

    @rule(arn=arns)
    def get(self, arn: str) -> None:
        got = _server.call("GetInferenceProfile", inferenceProfileIdentifier=arn)
        known = self.known[arn]
        assert got["inferenceProfileName"] == known["name"]
        assert got.get("description") == known["description"]
        assert len(got["models"]) == SOURCES[known["source"]]

    @rule(arn=arns, tags=TAGS)
    def tag(self, arn: str, tags: dict[str, str]) -> None:
        _server.call("TagResource", resourceARN=arn, tags=_tag_list(tags))
        self.known[arn]["tags"].update(tags)

    @rule(arn=arns, keys=st.lists(KEYS, max_size=3), own=st.integers(0, 2))
    def untag(self, arn: str, keys: list[str], own: int) -> None:
        tags = self.known[arn]["tags"]
        keys = keys + list(tags)[:own]
        _server.call("UntagResource", resourceARN=arn, tagKeys=keys)
        self.known[arn]["tags"] = {key: value for key, value in tags.items() if key not in keys}

    @rule(target=arns, size=st.integers(1, 4), added=st.integers(0, 3), removed=st.integers(0, 2))
    def walk_while_others_add_and_delete(self, size: int, added: int, removed: int) -> Any:
        stayed = set(self.known)
        passing = {self._simple(next(self.names)) for _ in range(removed)}
        leaving, coming = iter(sorted(passing)), iter(range(added))
        new: set[str] = set()

        def others() -> None:
            if next(coming, None) is not None:
                new.add(self._simple(next(self.names)))
            if (gone := next(leaving, None)) is not None:
                _server.call("DeleteInferenceProfile", inferenceProfileIdentifier=gone)
                del self.known[gone]

        listed = _pages(size, others)
        assert len(listed) == len(set(listed))
        assert stayed <= set(listed) <= stayed | passing | new
        return multiple(*sorted((passing | new) & set(self.known)))

    @rule(target=arns, plans=st.lists(st.tuples(TAGS, st.booleans()), min_size=CLIENTS, max_size=CLIENTS))
    def several_clients_at_once(self, plans: list[tuple[dict[str, str], bool]]) -> Any:
        """Each makes two profiles, tags them and a shared one, lists, and perhaps deletes one: nothing gets lost."""
        shared = self._simple(next(self.names))
        work = [((next(self.names), next(self.names)), tags, keeps, shared) for tags, keeps in plans]
        left = {}
        with _clients() as pool:
            for made in pool.map(lambda each: _client(*each), work):
                left.update(made)
        self.known.update(left)
        self.known[shared]["tags"] = {names[0]: "1" for names, *_ in work}
        return multiple(shared, *sorted(left))

    @rule(target=arns)
    def several_clients_want_the_same_name(self) -> str:
        name = next(self.names)
        with _clients() as pool:
            answers = list(pool.map(lambda _: _arn_or_code(name), range(CLIENTS)))
        (arn,) = [each for each in answers if each.startswith("arn:")]
        assert sorted(answers) == sorted([arn, *["ConflictException"] * (CLIENTS - 1)])
        self.known[arn] = {"name": name, "source": next(iter(SOURCES)), "description": None, "tags": {}}
        return arn

    @rule(target=arns)
    def several_clients_send_the_same_request(self) -> str:
        name, source = next(self.names), next(iter(SOURCES))
        with _clients() as pool:
            (arn,) = set(
                pool.map(lambda _: _create(name, source, clientRequestToken=f"token-{name}"), range(CLIENTS))
            )
        self.known[arn] = {"name": name, "source": source, "description": None, "tags": {}}
        return arn

    @invariant()
    def everything_that_is_known_is_listed_and_nothing_else(self) -> None:
        assert set(_pages(5)) == set(self.known)

    def teardown(self) -> None:
        for arn, known in self.known.items():
            assert _tags_of(arn) == known["tags"]

    def _simple(self, name: str) -> str:
        source = next(iter(SOURCES))
        arn = _create(name, source)
        self.known[arn] = {"name": name, "source": source, "description": None, "tags": {}}
        return arn


def _client(
    names: tuple[str, str], tags: dict[str, str], keeps: bool, shared: str
) -> dict[str, dict[str, Any]]:
    """One client's work; what it leaves behind."""
    source = next(iter(SOURCES))
    made = {}
    for name in names:
        arn = _create(name, source)
        _server.call("TagResource", resourceARN=arn, tags=_tag_list(tags))
        made[arn] = {"name": name, "source": source, "description": None, "tags": dict(tags)}
    _server.call("TagResource", resourceARN=shared, tags=_tag_list({names[0]: "1"}))
    assert set(made) <= set(_pages(2))
    if not keeps:
        gone = min(made)
        _server.call("DeleteInferenceProfile", inferenceProfileIdentifier=gone)
        del made[gone]
    return made


def _arn_or_code(name: str) -> str:
    try:
        return _create(name, next(iter(SOURCES)))
    except RefusedError as refused:
        return refused.code


TestProfiles = Profiles.TestCase
TestProfiles.settings = settings(max_examples=12, stateful_step_count=12)
