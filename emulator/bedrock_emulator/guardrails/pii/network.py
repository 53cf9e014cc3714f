"""Addresses in networks: EMAIL, URL, IP_ADDRESS, MAC_ADDRESS."""

import ipaddress

from bedrock_emulator.guardrails.pii.detector import Detector, when
from bedrock_emulator.guardrails.pii.entity import Evidence

_LETTER = r"A-Za-z0-9\x{C0}-\x{1FFF}\x{2C00}-\x{2DFF}\x{3040}-\x{D7FF}"
"""ASCII's and other scripts' letters, not their punctuation; RE2's own classes are large in counted repetitions."""
_LONGEST_LOCAL_PART, _LONGEST_EMAIL = 64, 254  # RFC 5321
_FILE_ENDINGS = {
    "bmp",
    "css",
    "csv",
    "gif",
    "htm",
    "html",
    "jpeg",
    "jpg",
    "js",
    "json",
    "md",
    "pdf",
    "png",
    "py",
    "svg",
    "txt",
    "webp",
}
_ENDS_A_SENTENCE = ".,;:!?'\""


def _is_email(candidate: str) -> bool:
    """`icon@2x.png` is a file, and a mailbox's name has its longest length."""
    local_part, _, domain = candidate.partition("@")
    ending = domain.rpartition(".")[2].lower()
    fits = len(local_part) <= _LONGEST_LOCAL_PART and len(candidate) <= _LONGEST_EMAIL
    return fits and ending not in _FILE_ENDINGS


def _url(candidate: str) -> str:
    """Without what ends the sentence or the brackets around it."""
    url = candidate.rstrip(_ENDS_A_SENTENCE)
    while url.endswith((")", "]")) and url.count(url[-1]) > url.count("(" if url[-1] == ")" else "["):
        url = url[:-1].rstrip(_ENDS_A_SENTENCE)
    return url


def _is_ip_address(candidate: str) -> bool:
    """Version 6 is written like parts of programs (`a::b`), so it needs a digit as well."""
    if not any(character.isdigit() for character in candidate):
        return False
    try:
        ipaddress.ip_address(candidate)
    except ValueError:
        return False
    return True


def _ip_v6(candidate: str) -> str:
    """A colon may follow, as in `fe80::1: unreachable`."""
    return next((it for it in (candidate, candidate.removesuffix(":")) if _is_ip_address(it)), "")


def _is_mac_address(candidate: str) -> bool:
    """One separator throughout; the manufacturer's prefix may be one that no list has yet."""
    from stdnum import mac

    digits = "".join(character for character in candidate if character.isalnum())
    pairs = ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
    separators = {character for character in candidate if not character.isalnum()}
    return len(separators) == 1 and mac.is_valid(pairs, validate_manufacturer=False)


DETECTORS = (
    Detector(
        "EMAIL",
        Evidence.FORMAT,
        "local part, `@`, a domain with a top-level name; lengths of RFC 5321; not a file name such as `icon@2x.png`",
        rf"[{_LETTER}_%+'-]+(?:\.[{_LETTER}_%+'-]+)*@(?:[{_LETTER}](?:[{_LETTER}-]{{0,61}}[{_LETTER}])?\.)+"
        r"(?:xn--[a-z0-9-]{2,59}|[A-Za-z\x{C0}-\x{1FFF}\x{3040}-\x{D7FF}]{2,24})",
        when(_is_email),
        trigger="@",
        joined_by=b"@",
    ),
    Detector(
        "URL",
        Evidence.FORMAT,
        "`http`, `https`, `ftp`, `ws`, `wss` or `s3` with `://` and a host, or a host that starts with `www.`",
        r"""\b(?:(?i:https?|ftp|wss?|s3)://|www\.)[A-Za-z0-9\[\x{A1}-\x{10FFFF}][^\s<>"{}|\\^`\x00]+""",
        _url,
        trigger=r"://|www\.",
    ),
    Detector(
        "IP_ADDRESS",
        Evidence.FORMAT,
        "four numbers up to 255 with dots; five are a version",
        r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b",
        when(_is_ip_address),
        joined_by=b".",
    ),
    Detector(
        "IP_ADDRESS",
        Evidence.FORMAT,
        "or version 6, as Python's `ipaddress` reads it",
        r"(?:\b[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{0,4}|:):[0-9A-Fa-f:]{0,34}(?:\b\d{1,3}(?:\.\d{1,3}){3})?",
        _ip_v6,
        joined_by=b".:",
    ),
    Detector(
        "MAC_ADDRESS",
        Evidence.FORMAT,
        "six pairs of hexadecimal digits with `:` or `-`, or three groups of four with `.`",
        r"\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b|\b[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\b",
        when(_is_mac_address),
        trigger=r"[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.",
        joined_by=b":-.",
    ),
)
