"""Numbers with check digits, computed by the published algorithms and without the libraries that the detectors use."""

import string
from random import Random

NINO_FIRST = "ABCEGHJKLMNOPRSTWXYZ"
NINO_SECOND = "ABCEGHJKLMNPRSTWXYZ"


def digits(random: Random, count: int, first: str = "123456789") -> str:
    return random.choice(first) + "".join(random.choices(string.digits, k=count - 1))


def with_luhn(body: str) -> str:
    """ISO/IEC 7812-1, annex B: from the right every second digit doubled, its digits summed."""
    doubled = [int(each) * (2 if index % 2 == 0 else 1) for index, each in enumerate(reversed(body))]
    total = sum(each // 10 + each % 10 for each in doubled)
    return body + str(-total % 10)


def card(random: Random) -> str:
    prefix, length = random.choice(
        [("4", 16), ("4", 13), ("51", 16), ("2345", 16), ("37", 15), ("6011", 16), ("36", 14), ("3528", 16)]
    )
    return with_luhn(prefix + "".join(random.choices(string.digits, k=length - len(prefix) - 1)))


def grouped_card(random: Random, separator: str) -> str:
    number = card(random)
    while len(number) != 16:
        number = card(random)
    return separator.join(number[at : at + 4] for at in range(0, 16, 4))


def iban(random: Random) -> str:
    """ISO 13616: the number moved behind the country, letters as 10 to 35, 98 minus the remainder by 97."""
    country, form = random.choice(
        [("DE", "n" * 18), ("GB", "a" * 4 + "n" * 14), ("NL", "a" * 4 + "n" * 10), ("NO", "n" * 11)]
    )
    body = "".join(random.choice(string.digits if each == "n" else string.ascii_uppercase) for each in form)
    expanded = "".join(str(int(each, 36)) for each in f"{body}{country}00")
    return f"{country}{98 - int(expanded) % 97:02}{body}"


def in_fours(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def swift(random: Random, branch: str) -> str:
    bank = "".join(random.choices(string.ascii_uppercase, k=4))
    return (
        bank + random.choice(["DE", "GB", "US", "JP", "BR"]) + "".join(random.choices("FMLX", k=2)) + branch
    )


def routing(random: Random) -> str:
    """ABA: weights 3, 7, 1; the total is a multiple of 10; the first two digits are a district of the Federal Reserve."""
    body = random.choice(["01", "02", "06", "11", "12", "26", "32", "61", "72"]) + "".join(
        random.choices(string.digits, k=6)
    )
    total = sum(int(each) * weight for each, weight in zip(body, (3, 7, 1) * 3, strict=False))
    return body + str(-total % 10)


def sin(random: Random) -> str:
    return with_luhn(digits(random, 8, "1234567"))


def nhs(random: Random) -> str:
    """Modulus 11: weights 10 down to 2; numbers whose check digit would be 10 are not given out."""
    while True:
        body = digits(random, 9, "4679")
        check = 11 - sum(int(each) * weight for each, weight in zip(body, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return body + str(check % 11)


def utr(random: Random) -> str:
    """The first digit checks the other nine: 11 minus the remainder by 11, less 9 where that has two digits."""
    body = digits(random, 9)
    check = (
        11
        - sum(int(each) * weight for each, weight in zip(body, (6, 7, 8, 9, 10, 5, 4, 3, 2), strict=True))
        % 11
    )
    return str(check if check < 10 else check - 9) + body


def nino(random: Random, separator: str = "") -> str:
    prefix = random.choice(NINO_FIRST) + random.choice(NINO_SECOND)
    while prefix in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}:
        prefix = random.choice(NINO_FIRST) + random.choice(NINO_SECOND)
    pairs = [f"{random.randrange(100):02}" for _ in range(3)]
    return separator.join([prefix, *pairs, random.choice("ABCD")])


def other_digit(number: str, position: int) -> str:
    """The number with another digit at `position`, so that a check digit is wrong."""
    return number[:position] + str((int(number[position]) + 1) % 10) + number[position + 1 :]
