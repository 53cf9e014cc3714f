"""What a request finds in the lab's prompt cache, by the rules of its model."""

from bedrock_emulator.call import Call
from bedrock_emulator.reply.caching import boundaries
from bedrock_emulator.reply.family import claude_version, family_of
from bedrock_emulator.reply.prompt import has_cache_point
from bedrock_emulator.reply.request import ModelRequest
from bedrock_emulator.state.prompt_cache import CacheRules, Lookup

_CLAUDE_LOOKBACK = 20
"""Blocks before a cachePoint in which Claude looks for the end of a known prefix; Nova does not [docs]."""
_NOVA_MINIMUM = 1000
"""[docs]; 1298 tokens were cached [recorded]."""
_CLAUDE_MINIMUM = 1024
"""[docs]; 1322 tokens were cached by Sonnet 4.5 [recorded]."""
_MINIMUM_BY_VERSION: dict[tuple[str, tuple[int, int]], int] = {
    ("haiku", (3, 5)): 2048,  # [docs]
    ("haiku", (4, 5)): 4096,  # [docs, reported by users]
    ("opus", (4, 5)): 4096,  # [docs, reported by users]
    ("opus", (4, 6)): 4096,  # [docs]
    ("opus", (4, 7)): 2048,  # [docs]
    ("opus", (5, 0)): 512,  # [docs]
    ("fable", (5, 0)): 512,  # [docs]
    ("mythos", (5, 0)): 512,  # [docs]
    ("sonnet", (4, 6)): 2048,  # [measured by users: 2038 were not cached, 2067 were; docs: 1024]
}
"""Claude's models that differ; all others begin at 1024."""


def look_up(call: Call, request: ModelRequest) -> Lookup:
    """What the request reads and writes; nothing without a cachePoint, or where the model does not cache."""
    if not has_cache_point(request.params):
        return Lookup()
    model = call.lab.catalogue.known_model(request.model_id)
    if model is not None and model.prompt_caching is False:
        return Lookup()
    owner = f"{call.account}/{call.region}/{request.model_id}"
    return call.lab.prompt_cache.find(owner, boundaries(request.params), cache_rules(request.model_id))


def cache_rules(model_id: str) -> CacheRules:
    """How a model caches."""
    if family_of(model_id).name == "nova":
        return CacheRules(minimum=_NOVA_MINIMUM, lookback=0)
    version = claude_version(model_id)
    known = _MINIMUM_BY_VERSION.get((version.line, version.number)) if version else None
    return CacheRules(minimum=known or _CLAUDE_MINIMUM, lookback=_CLAUDE_LOOKBACK)
