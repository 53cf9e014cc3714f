"""Numbers that states give to people: US, Canada, United Kingdom."""

from bedrock_emulator.guardrails.pii.detector import Detector, cued, when
from bedrock_emulator.guardrails.pii.entity import Evidence

_NINE_DIGITS = r"\d{9}"
_NINO_NOT_GIVEN = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


def _is_ssn(candidate: str) -> bool:
    from stdnum.us import ssn

    return ssn.is_valid(candidate.replace(" ", "-"))


def _is_itin(candidate: str) -> bool:
    from stdnum.us import itin

    return itin.is_valid(candidate.replace(" ", "-"))


def _is_sin(candidate: str) -> bool:
    from stdnum.ca import sin

    return sin.is_valid(candidate)


def _is_nhs_number(candidate: str) -> bool:
    from stdnum.gb import nhs

    return nhs.is_valid(candidate.replace("-", " "))


def _is_utr(candidate: str) -> bool:
    from stdnum.gb import utr

    return utr.is_valid(candidate)


def _is_nino(candidate: str) -> bool:
    return candidate[:2] not in _NINO_NOT_GIVEN


DETECTORS = (
    Detector(
        "US_SOCIAL_SECURITY_NUMBER",
        Evidence.CHECKSUM,
        "`ddd-dd-dddd`, or 9 digits beside `SSN` or `social security`; in a range that is given out",
        r"\b(\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4})\b|"
        + cued(r"(?:ssn|social[ _-]security)(?:[ _-](?:number|num|no\.?))?", _NINE_DIGITS),
        when(_is_ssn),
        joined_by=b"-./",
    ),
    Detector(
        "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
        Evidence.CHECKSUM,
        "`9dd-dd-dddd`, or 9 digits beside `ITIN` or `taxpayer identification`; in a range that is given out",
        r"\b(9\d{2}-\d{2}-\d{4}|9\d{2} \d{2} \d{4})\b|"
        + cued(
            r"(?:itin|(?:individual )?tax(?:payer)? identification)(?:[ _-](?:number|num|no\.?))?",
            _NINE_DIGITS,
        ),
        when(_is_itin),
        joined_by=b"-./",
    ),
    Detector(
        "US_PASSPORT_NUMBER",
        Evidence.CONTEXT,
        "6 to 9 characters, up to two letters and then digits, beside `passport`",
        cued(r"passport(?:[ _-](?:number|num|no\.?|id))?", r"[A-Z]\d{6,8}|[A-Z]{2}\d{6,7}|\d{6,9}"),
        joined_by=b"-./",
    ),
    Detector(
        "CA_SOCIAL_INSURANCE_NUMBER",
        Evidence.CHECKSUM,
        "three groups of three digits, or 9 digits beside `SIN` or `social insurance`, with Luhn's check digit",
        r"\b(\d{3}[ -]\d{3}[ -]\d{3})\b|"
        + cued(r"(?:sin|social[ _-]insurance)(?:[ _-](?:number|num|no\.?))?", _NINE_DIGITS),
        when(_is_sin),
        joined_by=b"-./",
    ),
    Detector(
        "CA_HEALTH_NUMBER",
        Evidence.CONTEXT,
        "10 digits, with or without a version of two letters, beside `health card`, `health number`, `OHIP` or `PHN`",
        cued(
            r"(?:(?:personal |provincial )?health[ _-](?:(?:insurance|service|care)[ _-])?(?:card|number)|"
            r"ohip|phn|hcn)(?:[ _-](?:card|number|num|no\.?))*",
            r"\d{4}[ -]?\d{3}[ -]?\d{3}(?:[ -]?[A-Z]{2})?",
        ),
        joined_by=b"-./",
    ),
    Detector(
        "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
        Evidence.CHECKSUM,
        "10 digits with the check digit (mod 11) beside `NHS` or `National Health Service`",
        cued(
            r"(?:nhs|national[ _-]health(?:[ _-]service)?)(?:[ _-](?:number|num|no\.?))?",
            r"\d{3}[ -]?\d{3}[ -]?\d{4}",
        ),
        when(_is_nhs_number),
        joined_by=b"-./",
    ),
    Detector(
        "UK_NATIONAL_INSURANCE_NUMBER",
        Evidence.FORMAT,
        "two letters that are given out, six digits, a letter from A to D",
        r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?\d{2}){3} ?[A-D]\b",
        when(_is_nino),
        joined_by=b"-",
    ),
    Detector(
        "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
        Evidence.CHECKSUM,
        "10 digits with the check digit (mod 11) beside `UTR`, `taxpayer reference` or `self assessment`",
        cued(
            r"(?:utr|(?:unique )?tax(?:payer)?(?:[ _-]|'s )reference|self[ _-]assessment)(?:[ _-](?:number|num|no\.?))?",
            r"\d{10}|\d{5} \d{5}",
        ),
        when(_is_utr),
        joined_by=b"-./",
    ),
)
