"""One certification run: pytest collects and runs the suite, this plugin listens and judges."""

import importlib
import os
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import Any

import pytest

from bedrock_contracts import lab, spec
from bedrock_contracts.api import ProviderFactory
from bedrock_contracts.checks import Check
from bedrock_contracts.lab import SEARCH_EXAMPLES, Bench
from bedrock_contracts.outcomes import Outcome, Result, Verdict, judge, verdict
from bedrock_contracts.recorder import Recorder
from bedrock_contracts.redact import Redactor

PLUGIN_NAME = "bedrock_contracts_run"

FEW_EXAMPLES = 4
"""Of a search in an area that a mutant is not meant to break; rows of tables are never left out."""


class UsageError(Exception):
    """The run was asked for something that does not exist; the message says what does."""


class Listener:
    """Hears how a run goes on; this one ignores it."""

    def started(self, scenarios: int) -> None:
        """The suite was collected."""

    def progressed(self, area: str) -> None:
        """One more scenario is over."""

    def area_ended(self, area: str, scenarios: int, broken: Sequence[str]) -> None:
        """The last scenario of an area is over; these requirements did not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be certified, and how much of it."""

    target: str
    """The provider as the user wrote it, for messages."""
    factory: ProviderFactory = field(repr=False)
    profile: spec.Profile
    only: frozenset[str] = frozenset()
    """Run these requirements alone; such a run is never complete."""
    strict: bool = False
    thorough_in: frozenset[str] | None = None
    """Areas whose searches try all their examples, for mutants; None means every area."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that is over."""

    order: Order
    results: tuple[Result, ...]
    verdict: Verdict
    finished: bool
    seconds: float
    problems: tuple[str, ...] = ()
    """What went wrong outside of any scenario."""


class SuitePlugin:
    """Gives the suite its fixtures, chooses its scenarios, and turns their ends into findings."""

    def __init__(self, order: Order, *, emulator: Any = None, listener: Listener | None = None) -> None:
        self.order = order
        self._listener = listener or Listener()
        self._stack = ExitStack()
        self._emulator = emulator
        self._redactor = Redactor()
        self._recorder = Recorder(self._redactor)
        self._problems: list[str] = []
        self._started = time.monotonic()
        self._collected = 0
        self._planned: Counter[str] = Counter()
        self._ended: Counter[str] = Counter()
        self._whole_files = False

    @cached_property
    def bench(self) -> Bench:
        """Opens cases for the provider under test; the emulator starts with the first use."""
        if self._emulator is None:
            self._emulator = self._stack.enter_context(lab.running_emulator())
        return Bench(self._emulator, self.order.factory, self._recorder, self._redactor)

    @property
    def check(self) -> Check:
        """What scenarios use as `with check("AUTH-001"):`."""
        return self._recorder.check

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, object, object]:
        """Keep what the profile names, the provider declares and the caller asked for.

        Around everybody else's choice, so that a scenario left out by `-k` is known to be missing.
        """
        kept: list[pytest.Item] = []
        left_out: list[pytest.Item] = []
        for item in items:
            ours = claims(item)
            (kept if not ours or self._wanted(ours) else left_out).append(item)
        self._collected = sum(bool(claims(item)) for item in kept)
        self._whole_files = _are_whole_files(config)
        items[:] = kept
        config.hook.pytest_deselected(items=left_out)
        result = yield
        self._planned.update(area_of(item) for item in items if claims(item))
        self._listener.started(self._planned.total())
        return result

    def _wanted(self, requirements: Sequence[str]) -> bool:
        chosen = set(self.order.profile.requirements)
        if self.order.only:
            chosen &= self.order.only
        known = spec.requirements()
        capabilities = {known[name].capability for name in requirements}
        declared = all(self.order.factory.capabilities[name].support == "full" for name in capabilities)
        return declared and bool(chosen & set(requirements))

    def _examples(self, area: str) -> int:
        thorough = self.order.thorough_in
        return SEARCH_EXAMPLES if thorough is None or area in thorough else FEW_EXAMPLES

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Tell the recorder which scenario runs."""
        if not claims(item):
            return (yield)
        area = area_of(item)
        self._recorder.begin(scenario_name(item), claims(item))
        self.bench.examples = self._examples(area)
        result = yield
        self._ended[area] += 1
        self._listener.progressed(area)
        if self._ended[area] == self._planned[area]:
            self._listener.area_ended(area, self._planned[area], self._broken_in(area))
        return result

    def _broken_in(self, area: str) -> list[str]:
        broken = (each for each in self._recorder.findings if each.outcome != Outcome.PASS)
        return sorted({each.requirement for each in broken if each.requirement.startswith(f"{area}-")})

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Generator[None, None, None]:
        """A fixture that fails is the harness's fault."""
        try:
            return (yield)
        except Exception as error:
            self._recorder.end(RuntimeError(f"{type(error).__name__}: {error}"))
            raise

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Turn the end of a scenario into findings."""
        if not claims(item):
            return (yield)
        try:
            result = yield
        except Exception as error:
            self._recorder.end(error)
            raise
        self._recorder.end(None)
        return result

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file of the suite that cannot be read makes the run worthless."""
        if report.failed:
            self._problems.append(f"{report.nodeid} could not be collected: {report.longreprtext}")

    def pytest_unconfigure(self) -> None:
        """Stop the emulator if this run started it."""
        self._stack.close()

    def outcome(self, exit_status: int) -> Run:
        """The run, judged."""
        order = self.order
        findings = self._recorder.findings
        results = judge(order.profile, spec.requirements(), order.factory.capabilities, findings)
        ended = exit_status in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        ran_all = 0 < self._collected == self._ended.total() and self._whole_files
        finished = ended and ran_all and not order.only and order.thorough_in is None
        word = verdict(results, finished=finished, strict=order.strict)
        return Run(
            order=order,
            results=results,
            verdict=Verdict.HARNESS_ERROR if self._problems else word,
            finished=finished,
            seconds=time.monotonic() - self._started,
            problems=tuple(self._problems),
        )


def claims(item: pytest.Item) -> tuple[str, ...]:
    """The requirements that a scenario speaks about."""
    marker = item.get_closest_marker("requirement")
    return tuple(marker.args) if marker else ()


def area_of(item: pytest.Item) -> str:
    """The area of a scenario's first requirement."""
    return spec.requirements()[claims(item)[0]].area


def running(config: pytest.Config) -> SuitePlugin | None:
    """The certification that this pytest run is, if it is one."""
    plugins = config.pluginmanager.get_plugins()
    return next((plugin for plugin in plugins if isinstance(plugin, SuitePlugin)), None)


def _are_whole_files(config: pytest.Config) -> bool:
    """Whether no single test was named on the command line, as in `file.py::test`."""
    return not any("::" in argument for argument in config.args)


def scenario_name(item: pytest.Item) -> str:
    """`test_region.py::test_name[row]`, wherever the package is installed."""
    return f"{item.path.name}::{item.name}"


def run_suite(order: Order, *, emulator: Any = None, listener: Listener | None = None) -> Run:
    """Run the suite in this process and judge it; nothing is printed or written.

    Args:
        emulator: a running emulator to share; None starts one for this run.
    """
    plugin = SuitePlugin(order, emulator=emulator, listener=listener)
    suite = str(files("bedrock_contracts") / "suite")
    arguments = [suite, "-c", f"{suite}/pytest.ini", "-p", "no:cacheprovider", "-p", "no:faulthandler"]
    arguments += [
        "-p",
        "no:unraisableexception",
        "--tb=native",
        "--assert=plain",
    ]  # pytest says too much for us
    with _only_our_plugins():
        exit_status = pytest.main([*arguments, "-p", "bedrock_contracts.plugin"], plugins=[plugin, _Quiet()])
    return plugin.outcome(exit_status)


class _Quiet:
    """Takes pytest's own terminal report away: the caller reports."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        config.pluginmanager.unregister(reporter)


@contextmanager
def _only_our_plugins() -> Iterator[None]:
    """Plugins and options of the user's own test suite have no business in a certification."""
    ours = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        ours.pop(name, None)
    with lab.environment(ours):
        yield


def load_factory(target: str) -> ProviderFactory:
    """The object that `module:name` points at; UsageError says what is wrong with it."""
    module_name, colon, name = target.partition(":")
    if not colon or not name:
        raise UsageError(f"--provider takes module:name, such as mypackage.adapter:factory; got {target!r}")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        hint = "; install bedrock-contracts[reference]" if error.name == "bedrock_provider" else ""
        raise UsageError(f"cannot import {module_name}: {error}{hint}") from error
    factory = getattr(module, name, None)
    missing = [each for each in ("info", "capabilities", "open") if not hasattr(factory, each)]
    if missing:
        lacks = "does not exist" if factory is None else f"has no {', '.join(missing)}"
        raise UsageError(f"{target} {lacks}; a factory has info, capabilities and open(setup)")
    found: ProviderFactory = factory  # type: ignore[assignment]  # the three members were just seen
    return found


def make_order(
    target: str, *, profile: str = "slice", only: Sequence[str] = (), strict: bool = False
) -> Order:
    """An order from what the user typed."""
    known = spec.profiles()
    if profile not in known:
        raise UsageError(f"unknown profile {profile!r}; contract {spec.CONTRACT} has {', '.join(known)}")
    strangers = sorted(set(only) - set(known[profile].requirements))
    if strangers:
        raise UsageError(f"not in profile {profile}: {', '.join(strangers)}")
    return Order(
        target=target,
        factory=load_factory(target),
        profile=known[profile],
        only=frozenset(only),
        strict=strict,
    )
