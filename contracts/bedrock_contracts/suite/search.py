"""How the suite searches large domains: the same examples on every machine, and no deadline."""

from hypothesis import HealthCheck, Phase, settings

from bedrock_contracts.lab import Bench


def searched(bench: Bench) -> settings:
    """The settings of every search; a slow provider is not a wrong one, so only its answers are judged."""
    return settings(
        max_examples=bench.examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        print_blob=False,
        suppress_health_check=[HealthCheck.too_slow],
    )
