"""Texts that nearly hold an entity: a wrong check digit, a digit too many, no word beside it, a part of something longer."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from tests.emulator.guardrails_pii import numbers

_RANDOM = Random("near misses")  # noqa: S311


def _times(make: Callable[[], str], carrier: str, count: int) -> list[str]:
    return [carrier.format(make()) for _ in range(count)]


def _digits(count: int) -> Callable[[], str]:
    return lambda: numbers.digits(_RANDOM, count)


def _wrong(make: Callable[[Random], str], position: int = -1) -> Callable[[], str]:
    """A number whose check digit, or another digit, was changed."""

    def wrong() -> str:
        number = make(_RANDOM)
        return numbers.other_digit(number, position % len(number))

    return wrong


def _beside_other_words(count: int, cue: str) -> list[str]:
    """A number of the right length that nothing, or something else, is said about; and lengths that are wrong."""
    right = _digits(count)
    return [
        *_times(right, "Order {} has shipped.", 3),
        *_times(right, "invoice {}", 2),
        *_times(right, "We counted {} of them.", 2),
        *_times(right, f"The {cue} was asked for, and later he sent us {{}} euros.", 2),
        *_times(right, f"{cue}. Another sentence with {{}} in it.", 2),
        *_times(right, f"{cue}: x{{}}", 2),
        *_times(right, f"{cue}: {{}}x", 2),
        *_times(right, f"{cue}{{}}", 2),
    ]


def _lengths(cue: str, *counts: int) -> list[str]:
    return [text for count in counts for text in _times(_digits(count), f"{cue}: {{}}", 2)]


def _written() -> dict[str, list[str]]:
    """The texts of near_misses.txt by type."""
    by_type: dict[str, list[str]] = {}
    for section in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").split("\n[")[1:]:
        type_, _, texts = section.partition("]\n")
        by_type[type_] = texts.splitlines()
    return by_type


_WRITTEN = _written()
_MADE: dict[str, list[str]] = {
    "CREDIT_DEBIT_CARD_NUMBER": [
        *_times(_wrong(numbers.card), "{}", 8),
        *_times(_wrong(numbers.card), "card {} declined", 4),
        *_times(lambda: numbers.with_luhn("9" + numbers.digits(_RANDOM, 14)), "{}", 4),
        *_times(lambda: numbers.with_luhn("1" + numbers.digits(_RANDOM, 14)), "{}", 2),
        *_times(lambda: numbers.with_luhn("4" + numbers.digits(_RANDOM, 10)), "{}", 2),
        *_times(lambda: "x" + numbers.card(_RANDOM), "{}", 2),
        *_times(lambda: numbers.in_fours(numbers.other_digit(numbers.grouped_card(_RANDOM, ""), 3)), "{}", 3),
    ],
    "CREDIT_DEBIT_CARD_CVV": [
        *_beside_other_words(3, "CVV"),
        *_lengths("CVV", 2, 5, 6),
    ],
    "PIN": [
        *_beside_other_words(4, "PIN"),
        *_lengths("PIN", 2, 3, 7),
    ],
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER": [
        *_times(_wrong(numbers.iban), "{}", 8),
        *_times(lambda: numbers.in_fours(numbers.other_digit(numbers.iban(_RANDOM), 2)), "IBAN {}", 4),
        *_times(lambda: numbers.iban(_RANDOM)[:-1], "{}", 3),
        *_times(lambda: numbers.iban(_RANDOM) + "0", "{}", 3),
        *_times(lambda: "ZZ" + numbers.iban(_RANDOM)[2:], "{}", 2),
        *_times(lambda: "X" + numbers.iban(_RANDOM), "{}", 2),
        *_times(lambda: numbers.iban(_RANDOM).lower(), "{}", 2),
    ],
    "US_BANK_ACCOUNT_NUMBER": [
        *_beside_other_words(10, "account number"),
        *_lengths("account number", 4, 6, 7, 18),
    ],
    "US_BANK_ROUTING_NUMBER": [
        *_times(_wrong(numbers.routing), "routing number: {}", 10),
        *_times(_wrong(numbers.routing, 3), "ABA {}", 4),
        *_times(lambda: numbers.routing(_RANDOM), "Order {}", 4),
        *_times(lambda: numbers.routing(_RANDOM) + "0", "routing: {}", 3),
        *_times(lambda: numbers.routing(_RANDOM)[:8], "routing: {}", 3),
    ],
    "US_PASSPORT_NUMBER": [
        *_beside_other_words(9, "passport"),
        *_lengths("passport", 4, 5, 10),
    ],
    "CA_SOCIAL_INSURANCE_NUMBER": [
        *_times(lambda: f"{(it := _wrong(numbers.sin)())[:3]} {it[3:6]} {it[6:]}", "{}", 8),
        *_times(lambda: f"{(it := _wrong(numbers.sin)())[:3]}-{it[3:6]}-{it[6:]}", "SIN {}", 6),
        *_times(lambda: numbers.sin(_RANDOM), "Order {}", 3),
        *_times(_wrong(numbers.sin), "SIN: {}", 3),
        *_times(lambda: numbers.sin(_RANDOM) + "1", "SIN: {}", 2),
    ],
    "CA_HEALTH_NUMBER": [
        *_beside_other_words(10, "health card"),
        *_lengths("health number", 7, 8, 9, 11),
    ],
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER": [
        *_times(_wrong(numbers.nhs), "NHS number: {}", 8),
        *_times(_wrong(numbers.nhs, 2), "NHS {}", 4),
        *_times(lambda: numbers.nhs(_RANDOM), "Order {}", 4),
        *_times(lambda: numbers.nhs(_RANDOM)[:9], "NHS {}", 3),
        *_times(lambda: numbers.nhs(_RANDOM) + "0", "NHS {}", 3),
    ],
    "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER": [
        *_times(_wrong(numbers.utr, 0), "UTR: {}", 8),
        *_times(_wrong(numbers.utr, 0), "UTR {}", 4),
        *_times(lambda: numbers.utr(_RANDOM), "Order {}", 4),
        *_times(lambda: numbers.utr(_RANDOM)[:9], "UTR {}", 3),
        *_times(lambda: numbers.utr(_RANDOM) + "0", "UTR {}", 3),
    ],
    "DRIVER_ID": [
        *_beside_other_words(8, "driver's license"),
    ],
    "AWS_SECRET_KEY": [
        *_times(lambda: "".join(_RANDOM.choices("0123456789abcdef", k=40)), "commit {}", 6),
        *_times(lambda: "".join(_RANDOM.choices("0123456789ABCDEF", k=40)), "{}", 4),
        *_times(lambda: "aB3" + "".join(_RANDOM.choices("aB3/+", k=36)), "{}", 4),
        *_times(lambda: "aB3" + "".join(_RANDOM.choices("aB3/+", k=38)), "{}", 4),
    ],
}
NEAR_MISSES: dict[str, Sequence[str]] = {
    type_: (*_WRITTEN.get(type_, ()), *_MADE.get(type_, ())) for type_ in {**_WRITTEN, **_MADE}
}
