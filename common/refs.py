"""Reference numbers that people say over a radio: D-0042, INC-2026-00017, EXC-2026-0009."""

import re

SUBJECT_PATTERN = re.compile(r"D ?-? ?(\d{1,9})", re.IGNORECASE | re.ASCII)
HYPHEN = "[\\s\u2010-\u2015-]{0,3}"
NAMED_PATTERN = re.compile(
    rf"\b(?:D{HYPHEN}\d{{2,9}}"
    rf"|(?:INC|SIG|EXC|INT|WRN|APP|ALT|BUL|CASE|PACK){HYPHEN}\d{{4}}{HYPHEN}\d{{1,9}})\b",
    re.IGNORECASE,
)
"""References as people write them: D-0042, d42, D 42, INC 2026 17."""
REPORT_PATTERN = re.compile(r"(INC|SIG) ?-? ?(\d{4}) ?- ?(\d{1,9})", re.IGNORECASE | re.ASCII)


def subject_ref(number: int) -> str:
    """Return D-0042 for 42."""
    return f"D-{number:04d}"


def references_in(text: str) -> list[str]:
    """Return the references of subjects, reports, notices and the like that stand in a text."""
    return NAMED_PATTERN.findall(text)


def parse_subject_ref(text: str) -> str | None:
    """Return the canonical reference in "d42", "D-0042" or "D 42", or None if it isn't one."""
    match = SUBJECT_PATTERN.fullmatch(text[:30].strip()) if len(text) <= 30 else None
    return subject_ref(int(match.group(1))) if match else None


def bare_subject_ref(text: str) -> str | None:
    """Return D-0042 for "0042" or "42", as people type what they heard; None for other texts."""
    digits = text.strip() if len(text) <= 30 else ""
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 9):
        return None
    return subject_ref(int(digits))


def yearly_ref(prefix: str, year: int, number: int, *, digits: int) -> str:
    """Return INC-2026-00017 for ("INC", 2026, 17, digits=5)."""
    return f"{prefix}-{year}-{number:0{digits}d}"


def parse_report_ref(text: str) -> str | None:
    """Return the canonical reference in "inc-2026-17" or "SIG-2026-00017", or None for none."""
    match = REPORT_PATTERN.fullmatch(text.strip()) if len(text) <= 30 else None
    if match is None:
        return None
    return yearly_ref(match[1].upper(), int(match[2]), int(match[3]), digits=5)
