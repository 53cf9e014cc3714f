"""What the name of an AWS region looks like."""

import re

_REGION = re.compile(
    r"(us|eu|ap|sa|ca|me|af|il|mx|cn|us-gov|us-iso[a-z]?|eu-iso[a-z]|eusc-de)-[a-z]+-[0-9]{1,2}", re.ASCII
)
"""The partitions that botocore knows; new regions of them need no release of ours [botocore]."""


def is_region(name: str) -> bool:
    """Whether some partition could have a region of this name."""
    return _REGION.fullmatch(name) is not None
