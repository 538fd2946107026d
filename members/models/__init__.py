"""Tables of the members app."""

from .agreement import Agreement, AgreementAcceptance
from .mail import OutboundEmail
from .member import Area, Member, Premises
from .money import Payment, Subscription
from .user import Role, User

__all__ = [
    "Agreement",
    "AgreementAcceptance",
    "Area",
    "Member",
    "OutboundEmail",
    "Payment",
    "Premises",
    "Role",
    "Subscription",
    "User",
]
