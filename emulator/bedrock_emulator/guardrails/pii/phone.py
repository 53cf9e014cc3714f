"""Telephone numbers: PHONE."""

import re

from bedrock_emulator.guardrails.pii.detector import Detector, cued, when
from bedrock_emulator.guardrails.pii.entity import Evidence

_HOME = "US"
"""The region of a number written as in North America; the one below is tried for numbers that start with 0."""
_ABROAD = "GB"
_SHORTEST, _LONGEST = 7, 15  # digits; E.164 allows no more


def _digits(candidate: str) -> str:
    return re.sub(r"\D", "", candidate)


def _is_international(candidate: str) -> bool:
    """A country's code, and a length that its numbers have."""
    import phonenumbers

    try:
        number = phonenumbers.parse(candidate)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(number)


def _is_national(candidate: str) -> bool:
    """Groups with spaces could be any number: its area must exist."""
    import phonenumbers

    region = _ABROAD if candidate.startswith(("0", "(0")) else _HOME
    return phonenumbers.is_valid_number(phonenumbers.parse(candidate, region))


def _has_a_phone_length(candidate: str) -> bool:
    return _SHORTEST <= len(_digits(candidate)) <= _LONGEST


_CUE = (
    r"(?:(?:tele|cell|mobile[ _-])?phone|tel\.?|mobile|cell|fax|pager|whatsapp|hotline|sms|text me|"
    r"call(?: me)?)(?:[ _-](?:number|num|no\.?|at|on))?"
)
_JOINTS = b"-./"

DETECTORS = (
    Detector(
        "PHONE",
        Evidence.FORMAT,
        "`+` and a country's code with as many digits as its numbers have",
        r"\+\d{1,3}(?:[ .-]{0,2}(?:\(\d{1,5}\)|\d{1,5})){1,6}",
        when(_is_international),
        trigger=r"\+\d",
        joined_by=_JOINTS,
    ),
    Detector(
        "PHONE",
        Evidence.FORMAT,
        "three, three and four digits with hyphens, dots or a bracketed area",
        r"(?:\b1[ .-])?(?:\(\d{3}\) ?|\b\d{3}[-.])\d{3}[-.]\d{4}\b",
        joined_by=_JOINTS,
    ),
    Detector(
        "PHONE",
        Evidence.FORMAT,
        "groups with spaces that are a valid number in the US or, with a leading 0, in the United Kingdom",
        r"\b[2-9]\d{2} [2-9]\d{2} \d{4}\b|(?:\(0\d{2,4}\)|\b0\d{2,4})[ -]?\d{3,4}[ -]\d{3,4}\b|\b0\d{4} \d{5,6}\b",
        when(_is_national),
        joined_by=_JOINTS,
    ),
    Detector(
        "PHONE",
        Evidence.CONTEXT,
        "7 to 15 digits beside `phone`, `tel`, `mobile`, `cell`, `fax`, `call me at`",
        cued(_CUE, r"\(?\d{2,5}\)?(?:[ .-]?\d{2,5}){1,4}"),
        when(_has_a_phone_length),
        joined_by=_JOINTS,
    ),
)
