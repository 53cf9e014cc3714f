"""Vehicles and who drives them: VEHICLE_IDENTIFICATION_NUMBER, LICENSE_PLATE, DRIVER_ID."""

from bedrock_emulator.guardrails.pii.detector import Detector, cued, when
from bedrock_emulator.guardrails.pii.entity import Evidence

_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VALUES = dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ0123456789",
        (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10), *range(10)),
        strict=True,
    )
)


def _is_vin(candidate: str) -> bool:
    """The ninth character checks the others (49 CFR 565.15); 17 digits alone are some other number."""
    remainder = sum(weight * _VALUES[each] for weight, each in zip(_WEIGHTS, candidate, strict=True)) % 11
    return candidate[8] == "0123456789X"[remainder] and not candidate.isdigit()


def _is_plate(candidate: str) -> bool:
    characters = candidate.replace(" ", "").replace("-", "")
    return 5 <= len(characters) <= 8 and not characters.isdigit() and not characters.isalpha()


def _is_driver_id(candidate: str) -> bool:
    return sum(character.isdigit() for character in candidate) >= 4


DETECTORS = (
    Detector(
        "VEHICLE_IDENTIFICATION_NUMBER",
        Evidence.CHECKSUM,
        "17 letters and digits without I, O and Q, with the North American check digit",
        r"\b[A-HJ-NPR-Z0-9]{17}\b",
        when(_is_vin),
        joined_by=b"-",
    ),
    Detector(
        "LICENSE_PLATE",
        Evidence.CONTEXT,
        "5 to 8 capitals and digits, both, beside `license plate`, `number plate`, `plate number` or `registration`",
        cued(
            r"(?:(?:licen[cs]e|number|vehicle|car)[ _-]plate|plate|"
            r"(?:vehicle|car)[ _-]registration|registration)(?:[ _-](?:number|num|no\.?|plate))?",
            r"[A-Z0-9]{1,8}(?:[ -][A-Z0-9]{1,5}){0,2}",
        ),
        when(_is_plate),
    ),
    Detector(
        "DRIVER_ID",
        Evidence.CONTEXT,
        "5 to 20 capitals and digits, at least 4 digits, beside `driver's license`, `driving licence`, `driver ID` or `DL`",
        cued(
            r"(?:driv(?:er|ing)(?:['’]?s)?[ _-](?:licen[cs]e|id|permit)|dl)(?:[ _-](?:number|num|no\.?|id))?",
            r"[A-Z0-9]{1,20}(?:[ -][A-Z0-9]{2,8}){0,4}",
        ),
        when(_is_driver_id),
    ),
)
