"""The labs of a server."""

import re
import threading
from dataclasses import replace
from typing import Any

from bedrock_emulator.config import Settings
from bedrock_emulator.errors import AdminError
from bedrock_emulator.model.service import Api
from bedrock_emulator.state.catalog import load_catalogue
from bedrock_emulator.state.iam import IamBook, compile_iam
from bedrock_emulator.state.journal import Budget
from bedrock_emulator.state.lab import DEFAULT_LAB, Lab, LabDefaults
from bedrock_emulator.state.scenario import Scenario
from bedrock_emulator.state.scenario_file import load_scenarios
from bedrock_emulator.state.upstreams import compile_upstream

MAX_LABS = 1_000
"""Labs that one server holds at the same time, the default one included."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Labs:
    """Labs by name; `default` always exists."""

    def __init__(self, settings: Settings, api: Api, *, max_labs: int = MAX_LABS) -> None:
        self._defaults = LabDefaults(
            api=api,
            catalogue=load_catalogue(documented_ids=settings.documented_ids),
            region=settings.region,
            auth=settings.auth,
            scenario=load_scenarios(settings.scenarios, api),
            strict_scenarios=settings.strict_scenarios,
            upstream=None if settings.upstream is None else compile_upstream(settings.upstream),
            buckets=settings.buckets,
            iam=IamBook() if settings.iam is None else compile_iam(settings.iam, api=api),
        )
        self._max_labs = max_labs
        self._lock = threading.Lock()
        self._budget = Budget()
        self.default = Lab(DEFAULT_LAB, self._defaults, budget=self._budget)
        self._labs = {DEFAULT_LAB: self.default}

    def __len__(self) -> int:
        """How many labs there are."""
        return len(self._labs)

    def get(self, name: str) -> Lab | None:
        """The lab, if it exists."""
        return self._labs.get(name)

    def follow(self, scenario: Scenario) -> None:
        """Begin with other rules: labs without a scenario of their own go on in them, with the counts that they have."""
        with self._lock:
            self._defaults = replace(self._defaults, scenario=scenario)
            for lab in self._labs.values():
                lab.follow(self._defaults)

    def existing(self, name: str) -> Lab:
        """The lab, for the admin API.

        Raises:
            AdminError: 404, there is no such lab.
        """
        lab = self._labs.get(name)
        if lab is None:
            raise AdminError(404, f"no lab is called {name!r}; create it: PUT /_emulator/labs/{name}")
        return lab

    def put(self, name: str, document: Any) -> tuple[Lab, bool]:
        """Make the lab if it does not exist, and configure it; a refused document leaves nothing behind.

        Returns:
            The lab, and whether it is new.

        Raises:
            AdminError: a bad name or document, or too many labs.
        """
        known = self._labs.get(name)
        if known is not None:
            known.configure(document)
            return known, False
        if not _NAME.fullmatch(name):
            raise AdminError(
                400, f"{name!r} cannot name a lab: 1 to 63 of a-z, 0-9 and '-', not starting with '-'"
            )
        lab = Lab(name, self._defaults, budget=self._budget)
        lab.configure(document)
        kept = self._add(lab)
        if kept is not lab:  # another request made it in the meantime
            kept.configure(document)
        return kept, kept is lab

    def delete(self, name: str) -> None:
        """Forget the lab; calls that are under way end as if it were still there.

        Raises:
            AdminError: no such lab, or the default one.
        """
        if name == DEFAULT_LAB:
            raise AdminError(
                409, f"the default lab always exists; to empty it: POST /_emulator/labs/{name}/reset"
            )
        with self._lock:
            self.existing(name)
            lab = self._labs.pop(name)
        lab.close()

    def _add(self, lab: Lab) -> Lab:
        """The lab of that name: this one, unless there is one already."""
        with self._lock:
            if len(self._labs) >= self._max_labs and lab.name not in self._labs:
                raise AdminError(
                    409, f"there are {self._max_labs:,} labs, as many as a server holds; delete some first"
                )
            return self._labs.setdefault(lab.name, lab)
