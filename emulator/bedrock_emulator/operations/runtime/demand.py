"""What a request asks of a model, each fact worked out once and only when a rule asks for it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from bedrock_emulator.call import Params
from bedrock_emulator.reply import prompt, tokens
from bedrock_emulator.reply.family import ClaudeVersion, FamilyName, claude_version, family_of
from bedrock_emulator.reply.reasoning import Thinking, thinking_of

Block = Mapping[str, Any]

_SAMPLING = (("temperature", "temperature"), ("top_p", "topP"), ("top_k", None))
"""Claude's names of sampling parameters, and Converse's."""


class ModelTraits(Protocol):
    """What the rules need to know about a model; None means unknown, and nothing is refused for it."""

    @property
    def model_id(self) -> str: ...
    @property
    def max_output_tokens(self) -> int | None: ...
    @property
    def context_window(self) -> int | None: ...
    @property
    def system_role(self) -> bool | None: ...
    @property
    def input_modalities(self) -> Collection[str]: ...
    @property
    def output_modalities(self) -> Collection[str]: ...
    @property
    def video_types(self) -> Collection[str] | None: ...
    @property
    def streaming(self) -> bool: ...
    @property
    def prompt_caching(self) -> bool | None: ...


class Demand:
    """The facts of one request to one model, in Converse's form whatever the operation was."""

    def __init__(
        self,
        params: Params,
        model: ModelTraits,
        *,
        streaming: bool = False,
        region: str = "",
        through_profile: bool = True,
        counting: bool = False,
    ) -> None:
        """Ask a model something.

        Args:
            params: the request in Converse's form.
            model: whose rules apply.
            streaming: whether the answer is to be streamed.
            region: of the call, for texts that name it.
            through_profile: whether the model is called through an inference profile.
            counting: whether only its tokens are asked for, which no context window limits.
        """
        self.params = params
        self.model = model
        self.streaming = streaming
        self.region = region
        self.through_profile = through_profile
        self.counting = counting

    @property
    def model_id(self) -> str:
        """Of the foundation model."""
        return self.model.model_id

    @property
    def family(self) -> FamilyName:
        """Whose words the model refuses in."""
        return family_of(self.model.model_id).name

    @cached_property
    def claude(self) -> ClaudeVersion | None:
        """Which Claude is called, if one is."""
        return claude_version(self.model.model_id)

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """`inferenceConfig`."""
        return self.params.get("inferenceConfig") or {}

    @cached_property
    def extra(self) -> Mapping[str, Any]:
        """`additionalModelRequestFields`; whatever is no object says nothing."""
        extra = self.params.get("additionalModelRequestFields")
        return extra if isinstance(extra, Mapping) else {}

    @property
    def messages(self) -> Sequence[Mapping[str, Any]]:
        """The conversation."""
        return self.params.get("messages") or ()

    @cached_property
    def tools(self) -> Sequence[Block]:
        """`toolConfig.tools`."""
        return (self.params.get("toolConfig") or {}).get("tools") or ()

    @cached_property
    def tool_choice(self) -> str | None:
        """`auto`, `any` or `tool`."""
        return next(iter((self.params.get("toolConfig") or {}).get("toolChoice") or ()), None)

    @cached_property
    def sampling(self) -> Mapping[str, Any]:
        """The sampling parameters under Claude's own names."""
        found = {}
        for name, converse_name in _SAMPLING:
            if converse_name is not None and converse_name in self.config:
                found[name] = self.config[converse_name]
            elif name in self.extra:
                found[name] = self.extra[name]
        return found

    @cached_property
    def thinking(self) -> Thinking | None:
        """How Claude is to reason."""
        return thinking_of(self.params)

    @cached_property
    def effort(self) -> Any:
        """Converse's `outputConfig.effort`, else Claude's own `output_config.effort`."""
        own = self.extra.get("output_config")
        written = (self.params.get("outputConfig") or {}).get("effort")
        return written or (own.get("effort") if isinstance(own, Mapping) else None)

    @cached_property
    def betas(self) -> Sequence[str]:
        """`anthropic_beta`."""
        betas = self.extra.get("anthropic_beta")
        return [each for each in betas if isinstance(each, str)] if isinstance(betas, list | tuple) else ()

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of all content blocks, those in the results of tools too."""
        return frozenset(kind for block in self.blocks() for kind in block)

    @cached_property
    def has_cache_point(self) -> bool:
        """Whether the request asks for prompt caching anywhere."""
        return prompt.has_cache_point(self.params) if self.messages else False

    @cached_property
    def input_tokens(self) -> int:
        """The estimated tokens of the prompt."""
        return tokens.input_tokens(self.params)

    def blocks(self) -> Iterator[Block]:
        """Every content block."""
        for message in self.messages:
            for block in message["content"]:
                yield block
                if "toolResult" in block:
                    yield from block["toolResult"].get("content") or ()

    def count(self, kind: str) -> int:
        """How many blocks of a kind there are."""
        return sum(1 for block in self.blocks() if kind in block)
