"""A new password, typed twice: what making an account and changing one's password share."""

from typing import Any

from django import forms

from common.fields import PlainForm


def password_field(label: str, asks: str, *, new: bool = True, **kwargs: Any) -> forms.CharField:
    """Return a field for a password, taken exactly as it is typed or pasted."""
    attrs = {"autocomplete": "new-password" if new else "current-password"}
    return forms.CharField(
        label=label,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs=attrs),
        error_messages={"required": asks},
        **kwargs,
    )


class NewPasswordForm(PlainForm):
    """Choosing a password."""

    password = password_field(
        "Password",
        "Choose a password.",
        help_text="At least 12 characters. Three words that only you would put together are good.",
    )
    again = password_field("Password again", "Type it a second time.")

    def clean(self) -> dict[str, Any]:
        """Refuse a second password that differs."""
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", "This is not the same as above.")
        return data
