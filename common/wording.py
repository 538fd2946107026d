"""Small pieces of plain English."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return "1 arrest" or "2 arrests"; "2 people" of a `plural` that isn't made with an s."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def days_ago(days: int) -> str:
    """Return "today", "1 day ago" or "3 days ago"."""
    return "today" if days == 0 else f"{counted(days, 'day')} ago"
