"""Region names, judged by what botocore knows."""

import pytest
from botocore.loaders import Loader

from bedrock_emulator.regions import is_region

PARTITIONS = Loader().load_data("partitions")["partitions"]
REAL = [name for partition in PARTITIONS for name in partition["regions"] if not name.endswith("-global")]


def test_every_region_of_every_partition_is_one() -> None:
    assert [name for name in REAL if not is_region(name)] == []
    assert len(REAL) > 30


@pytest.mark.parametrize(
    "name", ["", "xx-yyyy-1", "mars-1", "us-east", "us-east-1\n", "US-EAST-1", "us--1", "us-east-1/x"]
)
def test_other_names_are_none(name: str) -> None:
    assert not is_region(name)
