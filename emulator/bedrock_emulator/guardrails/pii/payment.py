"""Payment cards: number, verification value, expiry, PIN."""

from bedrock_emulator.guardrails.pii.detector import Detector, cued, when
from bedrock_emulator.guardrails.pii.entity import Evidence

_MONTH = (
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)


def _is_card_number(candidate: str) -> bool:
    """The first digits say who issued it: 3 to 6 and, for Mastercard, 22 to 27."""
    from stdnum import luhn

    digits = candidate.replace(" ", "").replace("-", "")
    issued = digits[0] in "3456" or "22" <= digits[:2] <= "27"
    return issued and luhn.is_valid(digits)


DETECTORS = (
    Detector(
        "CREDIT_DEBIT_CARD_NUMBER",
        Evidence.CHECKSUM,
        "13 to 19 digits, plain or in the groups printed on cards, of a known issuer, with Luhn's check digit",
        r"\b(?:\d{13,19}|\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{3})?|\d{4}[ -]\d{6}[ -]\d{4,5})\b",
        when(_is_card_number),
        joined_by=b"-.",
    ),
    Detector(
        "CREDIT_DEBIT_CARD_CVV",
        Evidence.CONTEXT,
        "3 or 4 digits beside `CVV`, `CVC`, `CSC`, `security code` or `card verification value`",
        cued(
            r"(?:card[ _-])?(?:cvv2?|cvc2?|cv2|csc|security[ _-]code|card[ _-]verification(?:[ _-](?:code|value|number))?)",
            r"\d{3,4}",
        ),
        joined_by=b"-./,:",
    ),
    Detector(
        "CREDIT_DEBIT_CARD_EXPIRY",
        Evidence.CONTEXT,
        "a month and a year beside `exp`, `expires`, `expiry`, `expiration date`, `valid thru`",
        cued(
            r"(?:exp(?:iry|iration|ires|iring)?\b\.?(?:[ _-](?:date|on|in))?|(?:valid|good)[ _-](?:thru|through|until|till|to))",
            rf"(?:0?[1-9]|1[0-2]) ?[/-] ?(?:20)?\d{{2}}|{_MONTH}\.?[ ,/-]{{1,2}}(?:20)?\d{{2}}",
        ),
        joined_by=b"-./",
    ),
    Detector(
        "PIN",
        Evidence.CONTEXT,
        "4 to 6 digits beside `PIN`, `PIN code` or `personal identification number`",
        cued(r"(?:pin(?:[ _-]?(?:code|number))?|personal[ _-]identification[ _-]number)", r"\d{4,6}"),
        joined_by=b"-./,:",
    ),
)
