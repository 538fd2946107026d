"""What the members app writes to the log."""

from audit.actions import register

SIGNED_IN = register("members.user.signed_in", "signed in")
SIGNED_OUT = register("members.user.signed_out", "signed out")
SIGN_IN_REFUSED = register("members.user.refused", "sign-in refused")
AGREEMENT_ACCEPTED = register("members.agreement.accepted", "accepted the agreement")
LOG_VIEWED = register("members.log.viewed", "looked at the access log", is_read=True)
DATA_SHARED = register(
    "members.sharing.recorded", "shared personal data outside the scheme", is_read=True
)
SCHEME_SETTING_CHANGED = register("members.scheme.changed", "changed the scheme’s settings")
MAIL_WANTED_SET = register("members.mail.wanted", "chose which e-mails to get")
ADDRESS_BOUNCED = register("members.mail.bounced", "marked an address that mail came back from")
ADDRESS_CLEARED = register("members.mail.cleared", "let mail go to an address again")
MEMBER_ENTERED = register("members.member.entered", "entered a business")
MEMBER_CHANGED = register("members.member.changed", "changed what is held of a member")
MEMBER_STEP = register("members.member.step", "recorded a step with a member")
PREMISES_SAVED = register("members.premises.saved", "changed the premises of a member")
PREMISES_CLOSED = register("members.premises.closed", "closed premises of a member")
CONTACT_SAVED = register("members.contact.saved", "changed a contact at a member")
CONTACT_ENDED = register("members.contact.ended", "took out a contact at a member")
AUTHORITY_RECORDED = register(
    "members.authority.recorded", "recorded a member’s authorisation to exclude"
)
AUTHORITY_ENDED = register("members.authority.ended", "ended a member’s authorisation to exclude")

# Equipment
EQUIPMENT_ENTERED = register("members.equipment.entered", "entered equipment")
EQUIPMENT_CHANGED = register("members.equipment.changed", "changed what is held of equipment")
EQUIPMENT_LENT = register("members.equipment.lent", "lent equipment")
EQUIPMENT_LOAN_CHANGED = register("members.equipment.loan", "changed a loan of equipment")
EQUIPMENT_MOVED = register("members.equipment.moved", "recorded where equipment is")
EQUIPMENT_FAULT_REPORTED = register("members.equipment.fault", "reported a fault of equipment")
EQUIPMENT_FAULT_CLOSED = register("members.equipment.settled", "settled a fault of equipment")
EQUIPMENT_CHECKED = register("members.equipment.checked", "recorded a check of equipment")

# Training
COURSE_SAVED = register("members.course.saved", "entered or changed a course")
COURSE_ENDED = register("members.course.ended", "ceased to give a course")
SESSION_ENTERED = register("members.session.entered", "entered a training session")
SESSION_CHANGED = register("members.session.changed", "changed a training session")
SESSION_CANCELLED = register("members.session.cancelled", "called off a training session")
PERSON_BOOKED = register("members.session.booked", "booked somebody into training")
ATTENDANCE_MARKED = register("members.session.marked", "recorded who came to training")

# Documents
DOCUMENT_ENTERED = register("members.document.entered", "entered a document")
DOCUMENT_CHANGED = register("members.document.changed", "changed what is held of a document")
DOCUMENT_VERSION = register("members.document.version", "entered a new version of a document")
DOCUMENT_READ = register("members.document.read", "said they have read a document")
