"""What language says about people: NAME, ADDRESS, AGE. Simple heuristics; scripted verdicts say the rest."""

from bedrock_emulator.guardrails.pii.detector import Detector, cued, when
from bedrock_emulator.guardrails.pii.entity import Evidence

_OLDEST = 120
_CAPITAL = r"[A-Z\x{C0}-\x{DE}\x{391}-\x{3A9}\x{410}-\x{42F}]"
_CAPITALISED = rf"{_CAPITAL}[A-Za-z\x{{C0}}-\x{{24F}}\x{{370}}-\x{{52F}}'’-]+"
"""Latin, Greek and Cyrillic; RE2's classes of all letters are too large to repeat."""
_NAME = rf"{_CAPITALISED}(?: (?:{_CAPITAL}\.|de|van|von|der|la|bin|{_CAPITALISED})){{0,3}}"
_TITLES = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Madam|Herr|Frau|Monsieur|Madame|Señora?)\.?"
_INTRODUCTIONS = (
    r"(?i:my name is|my name's|(?:full |first |last |sur)?name:|name is|named|called|call me|"
    r"sincerely,|regards,|yours,|dear|signed by)"
)
_NO_NAMES = {
    "All", "Colleagues", "Customer", "Friends", "Guest", "I", "It", "Madam", "Sir", "Student", "Team", "The", "This", "You",
}  # fmt: skip
"""Who is greeted without a name, and how the next sentence starts."""
_STREETS = (
    r"(?:Alley|Ave|Avenue|Blvd|Boulevard|Bridge|Brook|Canyon|Cir|Circle|Close|Club|Coves?|Court|Ct|Crescent|Crest|Crossing|Curve|"
    r"Dr|Drives?|Estates?|Extension|Falls|Ferry|Fields?|Ford|Forest|Forges?|Forks?|Freeway|Gardens?|Gateway|Glens?|Greens?|Groves?|"
    r"Harbors?|Heights|Highway|Hwy|Hills?|Hollow|Inlet|Islands?|Junctions?|Keys?|Knolls?|Lakes?|Landing|Lane|Ln|Lights?|Lodge|Loop|"
    r"Manors?|Meadows?|Mews|Mills?|Mission|Motorway|Mountains?|Oval|Overpass|Parks?|Parkways?|Pkwy|Pass|Path|Pike|Pines?|Place|Pl|"
    r"Plains?|Plaza|Points?|Ports?|Prairie|Ranch|Rapids?|Rest|Ridges?|River|Road|Rd|Roads|Route|Row|Run|Shores?|Springs?|Squares?|Sq|"
    r"Station|Stravenue|Stream|Streets?|St|Summit|Terrace|Ter|Throughway|Trace|Track|Trafficway|Trail|Tunnel|Turnpike|Underpass|"
    r"Unions?|Valleys?|Via|Viaduct|Views?|Villages?|Ville|Vista|Walks?|Wall|Ways?|Wells?)"
)
"""The words for streets that the postal service of the US has in common use, without the rarest."""
_WORD = r"[A-Z][A-Za-z'-]+"
_UNIT = r",? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|#)\.? ?#?[A-Z0-9-]{1,6}\b"
_POSTCODE = r"(?:\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z0-9]? ?\d[A-Z]{2})\b"
_TOWN = rf", {_WORD}(?: {_WORD}){{0,2}}(?:,? [A-Z]{{2}}\b)?(?:,? {_POSTCODE})?"
_HOUSE = rf"\b\d{{1,5}}[A-Z]? (?:[NSEW]\.? )?(?:{_WORD} ){{1,3}}"


def _is_name(candidate: str) -> bool:
    return candidate.partition(" ")[0] not in _NO_NAMES


def _address(candidate: str) -> str:
    """Without the full stop of a sentence, which may be that of `St.`."""
    return candidate.rstrip(".")


def _is_age(candidate: str) -> bool:
    return int("".join(filter(str.isdigit, candidate))) <= _OLDEST


DETECTORS = (
    Detector(
        "NAME",
        Evidence.HEURISTIC,
        "up to four capitalised words after an introduction (`my name is`, `Dear`, `named`) or a title (`Dr.`), two after `I am`",
        rf"\b(?:{_INTRODUCTIONS}\s{{1,2}}(?:{_TITLES} )?|{_TITLES} )({_NAME})|"
        rf"\bI(?: am|['’]m) ({_CAPITALISED} {_CAPITALISED})",
        when(_is_name),
        trigger=rf"(?i:name|called|call me|sincerely|regards|yours|dear|signed)|\bI(?: am|['’]m) |\b{_TITLES} ",
    ),
    Detector(
        "ADDRESS",
        Evidence.HEURISTIC,
        "a house number, one to three capitalised words and a word for street, with unit, town and postcode; a PO box",
        rf"(?:{_HOUSE}{_STREETS}\b\.?|(?i:\bP\.? ?O\.? Box \d{{1,6}}))(?:{_UNIT})?(?:{_TOWN})?",
        _address,
    ),
    Detector(
        "ADDRESS",
        Evidence.HEURISTIC,
        "the same in German order: `Hauptstraße 12, 10115 Berlin`",
        rf"{_CAPITAL}[A-Za-z\x{{C0}}-\x{{24F}}-]+"
        r"(?:straße|strasse|str\.|weg|platz|allee|gasse|-(?:Straße|Str\.|Weg|Platz|Allee|Gasse|Ring)) "
        rf"\d{{1,4}}(?:[a-z]|[/-]\d{{1,3}})?\b(?:, \d{{5}} {_CAPITALISED})?",
    ),
    Detector(
        "AGE",
        Evidence.HEURISTIC,
        "a number up to 120 before `years old`, `year-old`, `y/o`, `years of age`, or after `age` or `aged`",
        r"\b(\d{1,3}[ -](?i:years?|yrs?|months?))[ -](?i:olds?|of age)\b|\b(\d{1,3}) ?(?i:y/o|yo)\b|"
        + cued(r"aged?", r"\d{1,3}"),
        when(_is_age),
        joined_by=b"-./",
    ),
)
