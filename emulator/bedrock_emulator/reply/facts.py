"""What a request says, as conditions and templates ask for it: each fact is worked out once, and only when asked."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from bedrock_emulator.reply import prompt
from bedrock_emulator.reply.request import ModelRequest

_Value = TypeVar("_Value")


class Facts:
    """The facts of one request."""

    def __init__(self, request: ModelRequest) -> None:
        self.request = request
        self._asked: dict[object, Any] = {}

    def once(self, question: object, answer: Callable[[], _Value]) -> _Value:
        """The answer to a question that many rules ask, worked out for the first of them."""
        if question not in self._asked:
            self._asked[question] = answer()
        known: _Value = self._asked[question]
        return known

    def is_about(self, model: re.Pattern[str]) -> bool:
        """Whether the glob fits one of the names of the model."""
        return self.once(model, lambda: any(model.match(name) for name in self.request.names))

    @cached_property
    def last_user_text(self) -> str:
        """The text of the last user turn that has any; like the other two without white space around it."""
        return prompt.last_user_text(self._messages).strip()

    @cached_property
    def system_text(self) -> str:
        """The system texts, one line after the other."""
        blocks = self.request.params.get("system") or ()
        return "\n".join(block["text"] for block in blocks if isinstance(block.get("text"), str)).strip()

    @cached_property
    def tools(self) -> frozenset[str]:
        """The names of the tools that are offered."""
        return frozenset(tool.name for tool in prompt.offered_tools(self.request.params))

    @cached_property
    def has_tool_result(self) -> bool:
        """Whether the last message brings the result of a tool."""
        return bool(self._messages) and any("toolResult" in block for block in self._messages[-1]["content"])

    @cached_property
    def tool_result_text(self) -> str:
        """The texts and the JSON of the tool results in the last message."""
        return prompt.last_tool_results(self._messages).strip() if self.has_tool_result else ""

    @cached_property
    def turn(self) -> int:
        """Which answer of the model this will be: 1, and one more for each that the request repeats.

        An assistant message at the end is none of these: it is how the answer shall begin.
        """
        return 1 + sum(1 for message in self._messages[:-1] if message["role"] == "assistant")

    @cached_property
    def has_image(self) -> bool:
        """Whether there is an image anywhere in the conversation."""
        return any("image" in block for block in self._blocks())

    @cached_property
    def has_document(self) -> bool:
        """Whether there is a document anywhere in the conversation."""
        return any("document" in block for block in self._blocks())

    @property
    def metadata(self) -> Mapping[str, str]:
        """`requestMetadata`."""
        return self.request.params.get("requestMetadata") or {}

    @property
    def guardrail(self) -> Mapping[str, Any]:
        """`guardrailConfig`."""
        return self.request.params.get("guardrailConfig") or {}

    @property
    def _messages(self) -> Sequence[Mapping[str, Any]]:
        return self.request.params.get("messages") or ()

    def _blocks(self) -> Iterator[Mapping[str, Any]]:
        """Every content block, those inside tool results and guarded ones too."""
        for message in self._messages:
            for block in message["content"]:
                yield block
                if "toolResult" in block:
                    yield from block["toolResult"].get("content") or ()
                elif "guardContent" in block:
                    yield block["guardContent"]
