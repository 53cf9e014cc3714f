"""The two words that every scenario is written with: `@requirement` and `check`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

import pytest

requirement = pytest.mark.requirement
"""`@requirement("AUTH-003")`: the scenario speaks about these requirements, all of one capability."""

Check: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""`with check("AUTH-003"):` what the assertions inside find out is said about that requirement."""
