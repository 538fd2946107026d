"""What the members app writes to the log."""

from audit.actions import register

SIGNED_IN = register("members.user.signed_in", "signed in")
SIGNED_OUT = register("members.user.signed_out", "signed out")
SIGN_IN_REFUSED = register("members.user.refused", "sign-in refused")
AGREEMENT_ACCEPTED = register("members.agreement.accepted", "accepted the agreement")
LOG_VIEWED = register("members.log.viewed", "looked at the access log", is_read=True)
