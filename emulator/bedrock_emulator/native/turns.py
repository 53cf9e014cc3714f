"""The turns that a prompt's template marks, so that one scenario rule meets a chat and a templated prompt alike.

A prompt without such marks, or with marks in another order than a conversation's, is one user turn.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The conversation that a prompt holds."""

    system: tuple[str, ...]
    messages: tuple[Mapping[str, Any], ...]


Turn = tuple[str, str]
"""A role and what is said."""

_HEADERS = re.compile(  # Llama 3 and 4 [docs]
    r"<\|(?:start_header_id|header_start)\|>\s*(\w+)\s*<\|(?:end_header_id|header_end)\|>"
    r"(.*?)(?:<\|(?:eot_id|eot|eom_id|eom|end_of_text)\|>|(?=<\|(?:start_header_id|header_start)\|>)|\Z)",
    re.DOTALL,
)
_CHATML = re.compile(r"<\|im_start\|>(\w+)\n(.*?)(?:<\|im_end\|>|(?=<\|im_start\|>)|\Z)", re.DOTALL)
_INSTRUCTION = re.compile(r"\[INST\](.*?)(?:\[/INST\]|\Z)([^\[]*(?:\[(?!INST\])[^\[]*)*)", re.DOTALL)
_LLAMA_2_SYSTEM = re.compile(r"\s*<<SYS>>(.*?)<</SYS>>", re.DOTALL)
_DEEPSEEK = re.compile(r"<｜(User|Assistant)｜>(.*?)(?=<｜(?:User|Assistant)｜>|\Z)", re.DOTALL)  # noqa: RUF001
_MARKS = re.compile(r"<\|begin_of_text\|>|<｜(?:begin|end)▁of▁sentence｜>|</?s>")  # noqa: RUF001
_SPOKEN_ROLES = frozenset({"user", "assistant"})


def dialogue(prompt: str) -> Dialogue:
    """The turns of a prompt in the template of Llama 2, 3 or 4, Mistral, DeepSeek or ChatML."""
    for turns in (_header_turns, _instruction_turns, _deepseek_turns):
        found = _as_dialogue(list(turns(prompt)))
        if found is not None:
            return found
    return Dialogue((), (_message("user", prompt),))


def _as_dialogue(turns: Sequence[Turn]) -> Dialogue | None:
    """The turns as messages; None unless a user speaks and every role is known."""
    system = tuple(text for role, text in turns if role == "system" and text)
    # An assistant without words is the mark after which the model goes on.
    spoken = [turn for turn in turns if turn[0] != "system" and turn != ("assistant", "")]
    roles = {role for role, _ in spoken}
    if "user" not in roles or not roles <= _SPOKEN_ROLES:
        return None
    return Dialogue(system, tuple(_message(role, text) for role, text in spoken))


def _message(role: str, text: str) -> Mapping[str, Any]:
    return {"role": role, "content": [{"text": text}]}


def _header_turns(prompt: str) -> Iterator[Turn]:
    for pattern in (_HEADERS, _CHATML):
        for match in pattern.finditer(prompt):
            yield match[1], match[2].strip()


def _instruction_turns(prompt: str) -> Iterator[Turn]:
    """Llama 2 and Mistral: what stands before the first instruction is the system prompt of some templates."""
    start = prompt.find("[INST]")
    if start < 0:
        return
    yield "system", _bare(prompt[:start])
    for match in _INSTRUCTION.finditer(prompt, start):
        user = match[1]
        if system := _LLAMA_2_SYSTEM.match(user):
            yield "system", system[1].strip()
            user = user[system.end() :]
        yield "user", user.strip()
        yield "assistant", _bare(match[2])


def _deepseek_turns(prompt: str) -> Iterator[Turn]:
    first = _DEEPSEEK.search(prompt)
    if first is None:
        return
    yield "system", _bare(prompt[: first.start()])
    for match in _DEEPSEEK.finditer(prompt):
        text = _bare(match[2])
        yield match[1].lower(), "" if text == "<think>" else text


def _bare(text: str) -> str:
    return _MARKS.sub("", text).strip()
