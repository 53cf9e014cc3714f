"""Client programs in processes of their own."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any


def printed(command: Sequence[str], environment: Mapping[str, str]) -> Any:
    """The JSON that a program prints; what it says on its standard error, when it fails."""
    done = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
