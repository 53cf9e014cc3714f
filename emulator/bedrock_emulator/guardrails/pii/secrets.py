"""What opens an account: AWS_ACCESS_KEY, AWS_SECRET_KEY, USERNAME, PASSWORD."""

from bedrock_emulator.guardrails.pii.detector import Detector, when
from bedrock_emulator.guardrails.pii.entity import Evidence

_PROSE = {
    "a", "an", "and", "any", "are", "as", "being", "blank", "case", "correct", "do", "empty", "encrypted", "expired", "field",
    "for", "hashed", "if", "in", "incorrect", "invalid", "is", "length", "missing", "must", "no", "none", "not", "null", "of",
    "on", "optional", "or", "required", "reset", "secret", "stored", "string", "taken", "that", "the", "to", "too", "true",
    "unique", "unknown", "used", "valid", "varchar", "weak", "what", "which", "with", "wrong", "your",
}  # fmt: skip
"""What is said about names and passwords, and what stands for one in a description."""
_PASSWORD, _USERNAME = (
    r"(?i:pass[ _-]?(?:word|phrase|code)|passwd|pwd)",
    r"(?i:user[ _-]?(?:name|id)|screen[ _-]name|login(?:[ _-](?:name|id))?)",
)
_VALUE = r"""[^\s"'`<>{}\x00]"""
_BEFORE_VALUE = r"""[ \t"'`]{0,3}"""


def _is_secret_key(candidate: str) -> bool:
    """Forty characters of three kinds; a commit's hash has two."""
    kinds = (str.isupper, str.islower, str.isdigit)
    return all(any(kind(character) for character in candidate) for kind in kinds)


def _stated(value: str) -> str:
    """A value after `:` or `=`: anything but a word that describes it."""
    value = value.rstrip(".,;:")
    return "" if value.rstrip("!?)").lower() in _PROSE else value


def _told(value: str) -> str:
    """A value after `is`: what no sentence goes on with, so a digit, a sign or a capital within the word."""
    return _stated(value) if any(not (each.islower() or each in "-.!?'") for each in value[1:]) else ""


DETECTORS = (
    Detector(
        "AWS_ACCESS_KEY",
        Evidence.FORMAT,
        "`AKIA` or `ASIA` and 16 capitals and digits",
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        trigger="AKIA|ASIA",
    ),
    Detector(
        "AWS_SECRET_KEY",
        Evidence.FORMAT,
        "40 characters of base64 that hold capitals, small letters and digits, alone or after `=`",
        r"(?:^|[^\w/+])([A-Za-z0-9/+]{40})(?:[^\w/+]|$)",
        when(_is_secret_key),
    ),
    Detector(
        "PASSWORD",
        Evidence.HEURISTIC,
        "a word after `password:`, `pwd=`, `passphrase:`",
        rf"""(?:\b|_){_PASSWORD}[ \t"'`]{{0,2}}[:=]{_BEFORE_VALUE}({_VALUE}{{3,128}})""",
        _stated,
        trigger=_PASSWORD,
    ),
    Detector(
        "PASSWORD",
        Evidence.HEURISTIC,
        "a word after `password is` that holds a digit, a sign or a capital",
        rf"\b{_PASSWORD} (?i:is|was|to){_BEFORE_VALUE}({_VALUE}{{3,128}})",
        _told,
        trigger=_PASSWORD,
    ),
    Detector(
        "USERNAME",
        Evidence.HEURISTIC,
        "a word after `username:`, `user id=`, `login:`",
        rf"""(?:\b|_){_USERNAME}[ \t"'`]{{0,2}}[:=]{_BEFORE_VALUE}([\w@][\w.@+-]{{2,63}})""",
        _stated,
        trigger=_USERNAME,
    ),
    Detector(
        "USERNAME",
        Evidence.HEURISTIC,
        "a word after `username is`, `logged in as` that no description uses",
        rf"\b(?:{_USERNAME} (?i:is|was)|(?i:(?:logged|signed) in as)){_BEFORE_VALUE}([\w@][\w.@+-]{{2,63}})",
        _stated,
        trigger=rf"{_USERNAME}|(?i:ed in as)",
    ),
)
