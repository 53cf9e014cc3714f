"""`pytest --pyargs bedrock_contracts.suite --bedrock-provider module:name`: the same run under plain pytest."""

from pathlib import Path

import pytest

from bedrock_contracts import report, terminal
from bedrock_contracts.run import PLUGIN_NAME, SuitePlugin, UsageError, make_order


def register(config: pytest.Config, target: str) -> None:
    """Join a pytest run that was given a provider."""
    try:
        order = make_order(target, profile=config.getoption("--bedrock-profile"))
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    plugin = SuitePlugin(order)
    config.pluginmanager.register(plugin, PLUGIN_NAME)
    if not hasattr(config, "workerinput"):  # a worker of pytest-xdist sees a part and judges nothing
        config.pluginmanager.register(_Summary(plugin, config.getoption("--bedrock-report")))


class _Summary:
    """Ends the pytest run with the verdict, in words, in the exit code and in the report file."""

    def __init__(self, plugin: SuitePlugin, path: str | None) -> None:
        self._plugin = plugin
        self._path = path

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Judge the run; a run that is not certified never exits 0."""
        run = self._plugin.outcome(exitstatus)
        session.exitstatus = run.verdict.exit_code or exitstatus
        if self._path:
            report.write(run, Path(self._path))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
        """Print the verdict."""
        terminalreporter.section("bedrock contracts")
        terminalreporter.write_line(terminal.closing_sentence(self._plugin.outcome(exitstatus)))
