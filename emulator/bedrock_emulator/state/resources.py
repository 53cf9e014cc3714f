"""What callers have created in a lab, by account and region.

Resources of one account are invisible to every other, and those of one region to every other region.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any

from bedrock_emulator.errors import AwsError
from bedrock_emulator.state.application_profiles import ApplicationProfiles
from bedrock_emulator.state.async_invocations import AsyncInvocations
from bedrock_emulator.state.guardrails import GuardrailStore
from bedrock_emulator.state.home import Home
from bedrock_emulator.state.idempotency import Idempotency
from bedrock_emulator.state.identifiers import Identifiers
from bedrock_emulator.state.tags import TagStore

MOST_HOMES = 10_000
"""Accounts and regions that one lab keeps apart: a region is whatever a signature names."""


class RegionResources:
    """Everything that one account has in one region; each store is safe to use from several threads."""

    def __init__(self, home: Home) -> None:
        self.lock = home.lock
        """Held over a change of more than one store, such as a resource and its tags."""
        self.profiles = ApplicationProfiles(home)
        self.guardrails = GuardrailStore(home)
        self.async_invocations = AsyncInvocations(home)
        self.tags = TagStore(home)
        self.logging: Mapping[str, Any] | None = None
        """The configuration of model invocation logging, as it was put."""
        self._requests = Idempotency()

    def once(
        self, operation: str, params: Mapping[str, Any], carry_out: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """Carry out a request that creates something, holding the lock; a repeated one gets the first answer.

        Args:
            operation: the API operation: each has tokens of its own.
            params: the whole request, with its clientRequestToken if it has one.
            carry_out: creates the resource and gives the answer.

        Raises:
            AwsError: the token was used with other parameters, or what `carry_out` raises.
        """
        with self.lock:
            return self._requests.once(operation, params, carry_out)


class Resources:
    """The resources of one lab; a reset makes a new one of these."""

    def __init__(self, *, now: Callable[[], datetime], random: Random) -> None:
        self._now = now
        self._identifiers = Identifiers(random)
        self._homes: dict[tuple[str, str], RegionResources] = {}
        self._lock = threading.Lock()

    def of(self, account: str, region: str) -> RegionResources:
        """The resources of an account in a region, empty at first.

        Raises:
            AwsError: the lab keeps too many accounts and regions apart already.
        """
        with self._lock:
            found = self._homes.get((account, region))
            return self._settle(account, region) if found is None else found

    def _settle(self, account: str, region: str) -> RegionResources:
        if len(self._homes) >= MOST_HOMES:
            text = f"A lab holds resources of {MOST_HOMES:,} accounts and regions. Reset the lab, or use another one."
            raise AwsError("ServiceQuotaExceededException", text, status=400)
        home = Home(account=account, region=region, now=self._now, identifiers=self._identifiers)
        settled = self._homes[account, region] = RegionResources(home)
        return settled
