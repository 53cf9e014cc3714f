"""Bank details: IBAN, SWIFT code, US account and routing numbers."""

import re
from collections.abc import Iterator
from functools import lru_cache

from bedrock_emulator.guardrails.pii.detector import Detector, cued, when
from bedrock_emulator.guardrails.pii.entity import Evidence


def _iban(candidate: str) -> str:
    """As many characters as the country's numbers have: words in capitals that follow look like further groups."""
    from stdnum import iban

    number = next((it for it in _beginnings(candidate) if _length(it) == _iban_length(candidate[:2])), "")
    return number if iban.is_valid(number, check_country=False) else ""


def _beginnings(candidate: str) -> Iterator[str]:
    """The candidate up to each of its spaces, and the whole of it."""
    return (candidate[:end] for end, each in enumerate(f"{candidate} ") if each == " ")


def _length(number: str) -> int:
    return len(number) - number.count(" ")


@lru_cache
def _iban_length(country: str) -> int:
    """From the register that comes with stdnum, which writes `4!a6!n8!n` for 18 characters; 0 for no country."""
    from stdnum import numdb

    form = numdb.get("iban").info(country)[0][1].get("bban", "")
    return sum(map(int, re.findall(r"\d+", form))) + 4 if form else 0


def _is_swift_code(candidate: str) -> bool:
    """Its fifth and sixth letters are a country."""
    from stdnum import bic

    return bic.is_valid(candidate)


def _is_swift_code_with_digit(candidate: str) -> bool:
    return any(character.isdigit() for character in candidate) and _is_swift_code(candidate)


def _is_routing_number(candidate: str) -> bool:
    from stdnum.us import rtn

    return rtn.is_valid(candidate)


DETECTORS = (
    Detector(
        "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
        Evidence.CHECKSUM,
        "country, length and form of the account number as registered, check digits (mod 97)",
        r"\b[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)\b",
        _iban,
    ),
    Detector(
        "SWIFT_CODE",
        Evidence.CONTEXT,
        "8 or 11 characters with a country in the middle beside `SWIFT` or `BIC`",
        cued(
            r"(?:swift(?:[ /_-]?bic)?|bic(?:[ /_-]?swift)?)(?:[ _-]code)?",
            r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?",
        ),
        when(_is_swift_code),
        trigger=r"(?i:swift|bic)",
    ),
    Detector(
        "SWIFT_CODE",
        Evidence.FORMAT,
        "or, with a digit in it, anywhere: words in capitals have none",
        r"\b[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b",
        when(_is_swift_code_with_digit),
    ),
    Detector(
        "US_BANK_ACCOUNT_NUMBER",
        Evidence.CONTEXT,
        "8 to 17 digits beside `bank account`, `checking account`, `savings account` or `account number`",
        cued(
            r"(?:(?:bank|checking|savings|deposit)[ _-]?(?:account|acct\.?)(?:[ _-]?(?:number|num|no\.?))?|"
            r"(?:account|acct\.?)[ _-]?(?:number|num|no\.?|#))",
            r"\d{8,17}",
        ),
        joined_by=b"-./",
    ),
    Detector(
        "US_BANK_ROUTING_NUMBER",
        Evidence.CHECKSUM,
        "9 digits with the check digit of the ABA beside `routing`, `ABA` or `RTN`",
        cued(r"(?:(?:aba|bank)[ _-])?(?:routing|aba|rtn)(?:[ _-](?:transit|number))*", r"\d{9}"),
        when(_is_routing_number),
        joined_by=b"-./",
    ),
)
