"""Reads scenario files again when they change, as `serve --watch` promises."""

import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from bedrock_emulator.errors import ConfigError
from bedrock_emulator.model.service import Api
from bedrock_emulator.state.labs import Labs
from bedrock_emulator.state.scenario_file import load_scenarios

INTERVAL_SECONDS = 0.25
"""Between two looks at the files: soon for a person, nothing for the machine."""

_Stamp: TypeAlias = tuple[int, int, int] | None
"""Time, size and identity of a file, which an editor that writes a new one in its place changes too."""


class ScenarioWatch:
    """The files of a scenario, and what is to happen when they change."""

    def __init__(
        self, files: Sequence[Path], reload: Callable[[], object], say: Callable[[str], object]
    ) -> None:
        """Take the files as they are now for known.

        Args:
            files: that are watched.
            reload: reads all of them, and raises ConfigError where they are wrong.
            say: tells the person who edits them.
        """
        self._files = tuple(files)
        self._reload = reload
        self._say = say
        self._seen = self._known = self._stamps()

    def look(self) -> bool:
        """Reload what has changed and is the same as at the last look, so no file is read while it is written.

        Returns:
            Whether the files were read.
        """
        before, self._seen = self._seen, self._stamps()
        if self._seen == self._known or self._seen != before:
            return False
        self._known = self._seen
        try:
            self._reload()
        except ConfigError as error:
            self._say(f"{error}\nThe rules from before this edit stay.")
        else:
            self._say("The scenario has been read again.")
        return True

    def run(self, ended: threading.Event) -> None:
        """Look again and again until the event is set."""
        while not ended.wait(INTERVAL_SECONDS):
            self.look()

    def _stamps(self) -> list[_Stamp]:
        return [_stamp(file) for file in self._files]


def watch_scenarios(files: Sequence[Path], labs: Labs, api: Api) -> None:
    """Watch for as long as the process lives, and tell its standard error."""
    watch = ScenarioWatch(files, lambda: labs.follow(load_scenarios(files, api)), _say)
    threading.Thread(target=watch.run, args=(threading.Event(),), name="scenario-watch", daemon=True).start()


def _stamp(file: Path) -> _Stamp:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
