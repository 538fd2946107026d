"""Input of awards: what they ask for, bids, what was seen, why not."""

from typing import Any

from django import forms

from common.fields import PlainForm, revision_field
from members.models import Award, AwardCheck, AwardEntry, Member, Premises, User

from .services import AwardInput, BidInput, Seen

SEEN = {"": None, "yes": True, "no": False}
CHOICES = (("", "Not looked at"), ("yes", "Met"), ("no", "Not met"))


class AwardForm(PlainForm):
    """An award and what it asks for."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        help_text="As certificates have it.",
        error_messages={"required": "Enter the name of the award."},
    )
    about = forms.CharField(
        label="What it is for",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    sectors = forms.MultipleChoiceField(
        label="Whose members can earn it",
        required=False,
        choices=Member.Sector.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: all sectors.",
    )
    criteria = forms.CharField(
        label="What it asks for",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="One thing in a line. Bids that were made keep what was asked then.",
        error_messages={"required": "Write what it asks for, one thing in a line."},
    )
    holds_months = forms.IntegerField(
        label="It is held for, months",
        min_value=1,
        max_value=60,
        initial=12,
        error_messages={"required": "Enter how many months it is held."},
    )
    revision = revision_field()

    def __init__(self, *args: Any, award: Award | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"revision": 1}
        if award is not None:
            names = ("name", "about", "sectors", "holds_months", "revision")
            initial = {name: getattr(award, name) for name in names}
            words = award.criteria.filter(ended_on=None).values_list("words", flat=True)
            initial["criteria"] = "\n".join(words)
        super().__init__(*args, initial=initial, **kwargs)

    def clean_criteria(self) -> tuple[str, ...]:
        """Return the lines that say something. Raises ValidationError: one is too long."""
        lines = tuple(
            line.strip() for line in self.cleaned_data["criteria"].splitlines() if line.strip()
        )
        long = next((line for line in lines if len(line) > 300), None)
        if long:
            raise forms.ValidationError(f"Shorten this to 300 characters: {long[:60]}…")
        return lines

    def values(self) -> AwardInput:
        """Return what this valid form says."""
        data = self.cleaned_data
        return AwardInput(
            name=data["name"],
            about=data["about"],
            sectors=tuple(data["sectors"]),
            criteria=data["criteria"],
            holds_months=data["holds_months"],
        )


class BidForm(PlainForm):
    """A bid: which award, of which member, for which site."""

    award = forms.ModelChoiceField(
        label="Award",
        queryset=Award.objects.none(),
        to_field_name="slug",
        empty_label="Choose",
        error_messages={
            "required": "Choose the award.",
            "invalid_choice": "Choose an award that is given.",
        },
    )
    member = forms.ModelChoiceField(
        label="Business",
        queryset=Member.objects.none(),
        to_field_name="slug",
        empty_label="Choose",
        error_messages={
            "required": "Choose the business.",
            "invalid_choice": "Choose an active member.",
        },
    )
    premises = forms.ModelChoiceField(
        label="Premises",
        queryset=Premises.objects.none(),
        required=False,
        to_field_name="uuid",
        empty_label="The whole business",
        error_messages={"invalid_choice": "Choose open premises of this business."},
    )

    def __init__(self, *args: Any, user: User, member: Member | None, **kwargs: Any) -> None:
        initial = {"member": member.slug} if member else {}
        super().__init__(*args, initial=initial, **kwargs)
        fields: Any = self.fields
        fields["award"].queryset = (
            Award.objects.open_to(member) if member else Award.objects.given()
        )
        fields["member"].queryset = Member.objects.active().order_by("name")
        if not user.is_intel:
            del fields["member"]
        if member:
            fields["premises"].queryset = member.premises.filter(closed_on=None)
        else:
            del fields["premises"]
        self._own = user.member

    def values(self) -> BidInput:
        """Return what this valid form says."""
        data = self.cleaned_data
        return BidInput(data["award"], data.get("member", self._own), data.get("premises"))


class ChecksForm(PlainForm):
    """Which criteria of a bid are met, all on one page."""

    revision = revision_field()

    def __init__(
        self, *args: Any, entry: AwardEntry, checks: list[AwardCheck], **kwargs: Any
    ) -> None:
        super().__init__(*args, initial={"revision": entry.revision}, **kwargs)
        self._checks = checks
        words = {value: key for key, value in SEEN.items()}
        for check in checks:
            self.fields[f"met_{check.pk}"] = forms.ChoiceField(
                label=check.criterion.words,
                required=False,
                choices=CHOICES,
                initial=words[check.is_met],
                widget=forms.Select(attrs={"class": "form-select"}),
            )
            self.fields[f"note_{check.pk}"] = forms.CharField(
                label="What was seen, or is missing",
                required=False,
                max_length=300,
                initial=check.note,
                widget=forms.TextInput(
                    attrs={"class": "form-control", "placeholder": "What was seen, or is missing"}
                ),
            )

    def rows(self) -> list[tuple[AwardCheck, forms.BoundField, forms.BoundField]]:
        """Return each criterion with its two fields."""
        return [(row, self[f"met_{row.pk}"], self[f"note_{row.pk}"]) for row in self._checks]

    def seen(self) -> dict[int, Seen]:
        """Return what this valid form says, by key of the check."""
        data = self.cleaned_data
        return {
            row.pk: Seen(SEEN[data[f"met_{row.pk}"]], data[f"note_{row.pk}"])
            for row in self._checks
        }


class ReasonForm(PlainForm):
    """Why a bid is refused, or an award taken away."""

    reason = forms.CharField(
        label="Why",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The member reads it.",
        error_messages={"required": "Write why. The member reads it."},
    )
    revision = revision_field()
