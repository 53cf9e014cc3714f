"""The labelled table: for each type texts with one entity, and texts that nearly hold one."""

import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import cycle
from random import Random

from faker import Faker

from tests.emulator.guardrails_pii import numbers
from tests.emulator.guardrails_pii.near_misses import NEAR_MISSES

ROWS = 24

Maker = Callable[[Random, Faker], str]


@dataclass(frozen=True, slots=True)
class Row:
    """A text and the one entity in it; a near miss has none."""

    type: str
    text: str
    value: str | None


PLAIN = (
    "{}",
    "Please note {} for later.",
    "It is ({}), as I said.",
    "value={}",
    '"{}"',
    "First {}, then the rest.",
    "Line one\n{}\nline three",
)


def cues(*words: str) -> tuple[str, ...]:
    forms = (
        "{cue}: {{}}",
        "My {cue} is {{}}.",
        "{cue} {{}}",
        "{cue}={{}}, thanks",
        "{{}} is my {cue}.",
        "the {cue} number is {{}} today",
    )
    return tuple(form.format(cue=word) for word, form in zip(cycle(words), forms * 2, strict=False))


def _of(*makers: Callable[[Random], str]) -> tuple[Maker, ...]:
    return tuple(lambda random, _, make=make: make(random) for make in makers)


def _fake(name: str, locale: int = 0, **arguments: object) -> Maker:
    return lambda _, fake: str(getattr(fake[("en_US", "en_GB", "de_DE", "en_CA")[locale]], name)(**arguments))


def _nine(make: Maker) -> Maker:
    return lambda random, fake: make(random, fake).replace("-", "").replace(" ", "")


def _upper(random: Random, count: int) -> str:
    return "".join(random.choices(string.ascii_uppercase, k=count))


def _secret(random: Random) -> str:
    return "aB3" + "".join(random.choices(string.ascii_letters + string.digits + "/+", k=36)) + "Z"


def _phone(random: Random) -> str:
    area, exchange, line = (numbers.digits(random, count, "23456789") for count in (3, 3, 4))
    forms = (
        "({0}) {1}-{2}",
        "{0}-{1}-{2}",
        "{0}.{1}.{2}",
        "+1 {0} {1} {2}",
        "+1-{0}-{1}-{2}",
        "1-{0}-{1}-{2}",
    )
    return random.choice(forms).format(area, exchange, line)


def _abroad(random: Random) -> str:
    forms = (
        "+44 20 7946 0{}",
        "+49 30 123{}",
        "+33 1 23 45 6{}",
        "+91 98765 43{}",
        "+81 3-1234-5{}",
        "020 7946 0{}",
        "+442079460{}",
    )
    return random.choice(forms).format(numbers.digits(random, 3))


def _driver_id(random: Random) -> str:
    return random.choice(
        [
            _upper(random, 1) + numbers.digits(random, 7),
            numbers.digits(random, 8),
            _upper(random, 1) + numbers.digits(random, 12),
            f"{_upper(random, 1)}{numbers.digits(random, 3)}-{numbers.digits(random, 4)}-{numbers.digits(random, 4)}",
            f"{_upper(random, 5)}{numbers.digits(random, 6)}{_upper(random, 2)}9{_upper(random, 2)}",
        ]
    )


def _plate(random: Random) -> str:
    return random.choice(
        [
            f"{_upper(random, 2)}{numbers.digits(random, 2)} {_upper(random, 3)}",
            f"{_upper(random, 3)}-{numbers.digits(random, 4)}",
            f"{numbers.digits(random, 1)}{_upper(random, 3)}{numbers.digits(random, 3)}",
        ]
    )


def _passport(random: Random) -> str:
    return random.choice([numbers.digits(random, 9), _upper(random, 1) + numbers.digits(random, 8)])


def _expiry(random: Random) -> str:
    month, year = random.randrange(1, 13), random.randrange(26, 36)
    return random.choice(
        [
            f"{month:02}/{year}",
            f"{month:02}/20{year}",
            f"{month:02}-{year}",
            f"Jan 20{year}",
            f"October 20{year}",
        ]
    )


def _years(random: Random) -> str:
    return str(random.randrange(1, 100))


def _in_threes(random: Random, separator: str) -> str:
    number = numbers.sin(random)
    return separator.join([number[:3], number[3:6], number[6:]])


def _nhs_spaced(random: Random) -> str:
    number = numbers.nhs(random)
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def _health(random: Random) -> str:
    number = numbers.digits(random, 10)
    return random.choice(
        [number, f"{number[:4]}-{number[4:7]}-{number[7:]}", f"{number[:4]} {number[4:7]} {number[7:]}"]
    )


def _ssn_spaced(random: Random, fake: Faker) -> str:
    return _fake("ssn")(random, fake).replace("-", " ")


def _address(random: Random, fake: Faker) -> str:
    return _fake("address")(random, fake).replace("\n", ", ")


_TOLD = (
    "My name is {}.",
    "Dear {},",
    "Full name: {}",
    "She is named {}.",
    "Please call me {}!",
    "Regards, {}",
)
_UNTOLD = ("{} went home early.", "I met {} yesterday.")

_SOURCES: dict[str, tuple[tuple[Maker, ...], Sequence[str]]] = {
    "EMAIL": (
        (_fake("email"), _fake("company_email"), _fake("free_email", 1), _fake("safe_email", 2)),
        PLAIN,
    ),
    "URL": ((_fake("uri"), _fake("url", 1), _fake("image_url"), _fake("uri", 2)), PLAIN),
    "IP_ADDRESS": ((_fake("ipv4"), _fake("ipv6"), _fake("ipv4_private")), PLAIN),
    "MAC_ADDRESS": (
        (
            _fake("mac_address"),
            lambda random, fake: _fake("mac_address")(random, fake).upper().replace(":", "-"),
        ),
        PLAIN,
    ),
    "CREDIT_DEBIT_CARD_NUMBER": (
        (
            *_of(
                numbers.card,
                partial(numbers.grouped_card, separator=" "),
                partial(numbers.grouped_card, separator="-"),
            ),
        ),
        PLAIN,
    ),
    "CREDIT_DEBIT_CARD_CVV": (
        _of(partial(numbers.digits, count=3), partial(numbers.digits, count=4)),
        cues("CVV", "cvc", "security code", "CVV2"),
    ),
    "CREDIT_DEBIT_CARD_EXPIRY": (
        _of(_expiry),
        ("exp: {}", "Expires {}.", "expiry date is {}", "valid thru {}", "Expiration date: {}", "exp. {}"),
    ),
    "PIN": (
        _of(partial(numbers.digits, count=4), partial(numbers.digits, count=6)),
        cues("PIN", "pin", "PIN code"),
    ),
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER": (
        (
            *_of(numbers.iban, lambda random: numbers.in_fours(numbers.iban(random))),
            _fake("iban", 1),
            _fake("iban", 2),
        ),
        (*PLAIN, "TO {} AND NO OTHER"),
    ),
    "SWIFT_CODE": (
        _of(
            partial(numbers.swift, branch=""),
            partial(numbers.swift, branch=3 * "X"),
            partial(numbers.swift, branch="500"),
        ),
        cues("SWIFT", "BIC", "SWIFT code"),
    ),
    "US_BANK_ACCOUNT_NUMBER": (
        _of(
            partial(numbers.digits, count=10),
            partial(numbers.digits, count=12),
            partial(numbers.digits, count=8),
        ),
        cues("bank account", "account number", "checking account", "savings account"),
    ),
    "US_BANK_ROUTING_NUMBER": (_of(numbers.routing), cues("routing number", "ABA", "routing", "RTN")),
    "US_SOCIAL_SECURITY_NUMBER": ((_fake("ssn"), _ssn_spaced), PLAIN),
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER": (
        (_fake("itin"), _nine(_fake("itin"))),
        cues("ITIN", "taxpayer identification"),
    ),
    "US_PASSPORT_NUMBER": (_of(_passport), cues("passport", "passport no.", "Passport number")),
    "CA_SOCIAL_INSURANCE_NUMBER": (
        _of(partial(_in_threes, separator=" "), partial(_in_threes, separator="-")),
        PLAIN,
    ),
    "CA_HEALTH_NUMBER": (_of(_health), cues("health card", "OHIP", "health number", "PHN")),
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER": (
        _of(numbers.nhs, _nhs_spaced),
        cues("NHS", "NHS number", "NHS no."),
    ),
    "UK_NATIONAL_INSURANCE_NUMBER": (_of(numbers.nino, partial(numbers.nino, separator=" ")), PLAIN),
    "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER": (
        _of(numbers.utr),
        cues("UTR", "taxpayer reference", "self assessment"),
    ),
    "VEHICLE_IDENTIFICATION_NUMBER": ((_fake("vin"),), PLAIN),
    "LICENSE_PLATE": (
        (*_of(_plate), _fake("license_plate", 1)),
        cues("license plate", "number plate", "plate", "registration"),
    ),
    "DRIVER_ID": (
        _of(_driver_id),
        cues("driver's license", "driving licence", "driver ID", "driver license"),
    ),
    "PHONE": (
        _of(_phone, _abroad),
        ("{}", "Please call {} now.", "Tel: {}", "({})", "Fax {}, thanks", "my number: {}"),
    ),
    "AWS_ACCESS_KEY": (
        _of(
            lambda random: (
                random.choice(["AKIA", "ASIA"])
                + "".join(random.choices(string.ascii_uppercase + "234567", k=16))
            )
        ),
        PLAIN,
    ),
    "AWS_SECRET_KEY": (_of(_secret), (*PLAIN, "aws_secret_access_key = {}")),
    "USERNAME": (
        (_fake("user_name"), _fake("user_name", 1)),
        (
            "username: {}",
            "my username is {}",
            '"user_name": "{}"',
            "logged in as {}",
            "user id={}",
            "{} posted a comment",
        ),
    ),
    "PASSWORD": (
        (_fake("password"), _fake("password", length=14)),
        (
            "password: {}",
            "my password is {}",
            '"password": "{}"',
            "pwd={}",
            "the passphrase is {}",
            "I always sign in with {}",
        ),
    ),
    "NAME": (
        (
            _fake("name_nonbinary"),
            lambda random, fake: f"{_fake('first_name')(random, fake)} {_fake('last_name')(random, fake)}",
        ),
        (*_TOLD, *_UNTOLD),
    ),
    "ADDRESS": (
        (_address, _fake("street_address")),
        ("{}", "I live at {}.", "Ship it to {}, please.", "Address: {}"),
    ),
    "AGE": (
        _of(_years),
        ("age: {}", "She died aged {}.", "the patient is {} y/o", "Age {}", "She turned {} in May."),
    ),
}
_MORE_SOURCES: dict[str, tuple[tuple[Maker, ...], Sequence[str]]] = {
    "ADDRESS": ((_fake("street_address", 2),), ("Ich wohne {}", "Address: {}")),
    "AGE": (
        _of(lambda random: f"{_years(random)} years"),
        ("I am {} old.", "He is {} of age.", "For {} now I have been alive."),
    ),
}
"""Of types whose entities look different elsewhere."""


@cache
def rows(type_: str) -> tuple[Row, ...]:
    """The texts of one type, the same in every run."""
    return (*_positives(type_), *(Row(type_, text, None) for text in NEAR_MISSES[type_]))


def _positives(type_: str) -> Iterator[Row]:
    sources = [each[type_] for each in (_SOURCES, _MORE_SOURCES) if type_ in each]
    random, fake = Random(type_), Faker(["en_US", "en_GB", "de_DE", "en_CA"])  # noqa: S311
    fake.seed_instance(type_)
    for _ in range(ROWS):
        makers, carriers = random.choice(sources)
        value = random.choice(makers)(random, fake)
        yield Row(type_, random.choice(carriers).format(value), value)


TYPES = tuple(_SOURCES)
