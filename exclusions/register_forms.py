"""Input of the register of exclusions."""

from django import forms

from common import dates
from common.fields import DayField, PlainForm

from .register import Asked

SHOWS = [
    ("in_force", "In force on the day"),
    ("served", "Served from … to …"),
    ("all", "All"),
]


class RegisterForm(PlainForm):
    """What is asked of the register. What is left out is today, and this financial year."""

    show = forms.ChoiceField(label="Which", choices=SHOWS, required=False)
    on = DayField(label="On", required=False)
    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)
    q = forms.CharField(label="Name or reference", required=False, max_length=100)

    def asked(self) -> Asked:
        """Return it, with the usual for what was left out or is no day."""
        self.is_valid()  # what is no day is left out
        data = self.cleaned_data
        today = dates.today()
        return Asked(
            show=data.get("show") or "in_force",
            on=data.get("on") or today,
            since=data.get("since") or dates.financial_year_start(today),
            until=data.get("until") or today,
            text=str(data.get("q") or "").replace("\x00", ""),
        )
