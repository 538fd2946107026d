"""What exclusions ask of the manager: to confirm, to serve, to decide, to answer."""

from django.urls import reverse
from django.utils import timezone

from common import dates
from common.db import IsOneOf
from common.wording import counted, days_ago
from dtac.presenters import Label, Row, photo_url
from exclusions.models import Appeal, Notice
from exclusions.querysets import breaches_waiting
from incidents.models import Involvement
from members.models import User

from .parts import SHOWN, Empty, Part, Tile
from .warnings import warnings_waiting

HERE = "#notices"
NOTHING = Empty(
    "No notice needs a step",
    "Notices to be served or confirmed, breaches, matters after a warning, and notices that end"
    " within 30 days come here.",
)


def exclusions_waiting(user: User) -> Part:
    """Return what waits: notices, appeals, breaches, warnings, who is banned and not shown."""
    to_serve = Notice.objects.show("to_serve")
    ending = Notice.objects.end_undecided()
    to_confirm = Notice.objects.to_confirm()
    # Whether it is a breach is dear to find out: asked once of all, then of those that are shown.
    broken = list(breaches_waiting().values_list("pk", flat=True))
    appeals = Appeal.objects.need_step().select_related("notice__subject")
    unseen = Notice.objects.unseen()
    warned = warnings_waiting(most=SHOWN)
    steps = [
        *to_confirm.with_face(user)[:SHOWN],
        *to_serve.with_face(user).with_attempts()[:SHOWN],
        *ending.with_face(user).order_by("ends_on")[:SHOWN],
    ]
    objections = list(appeals[:SHOWN])
    unanswered = list(breaches_waiting().filter(IsOneOf("pk", broken[:SHOWN])))
    nobody_sees = list(unseen.with_face(user).order_by("ends_on")[:SHOWN])
    tiles = [
        Tile(to_serve.count(), "notice to be served", "notices to be served", HERE, always=True),
        Tile(
            ending.count(),
            "notice to renew or let go",
            "notices to renew or let go",
            HERE,
            always=True,
        ),
        Tile(to_confirm.count(), "notice to confirm", "notices to confirm", HERE),
        Tile(appeals.count(), "appeal to see to", "appeals to see to", HERE),
        Tile(len(broken), "breach without a step", "breaches without a step", HERE),
        Tile(
            warned.second, "second matter after a warning", "second matters after a warning", HERE
        ),
        Tile(warned.to_give, "warning letter to give", "warning letters to give", HERE),
        Tile(
            unseen.count(), "excluded person not published", "excluded people not published", HERE
        ),
    ]
    rows = [_notice_row(notice) for notice in steps]
    rows += [_appeal_row(appeal) for appeal in objections]
    rows += [_breach_row(breach) for breach in unanswered]
    rows += [*warned.rows, *(_unseen_row(notice) for notice in nobody_sees)]
    refs = [row.subject.ref for row in (*steps, *unanswered, *nobody_sees)]
    refs += [*warned.refs, *(appeal.notice.subject.ref for appeal in objections)]
    return Part("notices", "Exclusions that need a step", tiles, rows, refs, empty=NOTHING)


def _notice_row(notice: Notice) -> Row:
    if notice.is_to_confirm and notice.confirm_by is not None:
        return Row(
            title=f"{notice.ref} · {notice.subject.shown_name}",
            url=reverse("notice", args=[notice.ref]),
            meta=f"Served on the spot. Lapses {dates.in_words(notice.confirm_by)}.",
            photo_url=photo_url(getattr(notice, "face", None), "thumb"),
            tags=[Label("To be confirmed", "warning")],
            action="Confirm",
            action_url=reverse("notice_confirm", args=[notice.ref]),
        )
    to_serve = notice.state == "to_serve"
    if to_serve:
        ago = days_ago((timezone.now() - notice.raised_at).days)
        meta, tag = f"Raised {ago}, not yet served.", Label("Not served", "warning")
        if tried := getattr(notice, "tried", 0):  # from with_attempts()
            meta += f" {counted(tried, 'attempt')} failed."
    else:
        assert notice.ends_on is not None
        left = (notice.ends_on - dates.today()).days
        meta = "Ends today." if left == 0 else f"Ends in {counted(left, 'day')}."
        if left < 0:
            meta = f"Ended {dates.short_date(notice.ends_on)}."
        meta += " Renew it or let it go."
        tag = Label("Ended" if left < 0 else "Ending", "")
    return Row(
        title=f"{notice.ref} · {notice.subject.shown_name}",
        url=reverse("notice", args=[notice.ref]),
        meta=meta,
        photo_url=photo_url(getattr(notice, "face", None), "thumb"),
        tags=[tag],
        action="Record service" if to_serve else "Decide",
        action_url=reverse("notice_serve" if to_serve else "notice", args=[notice.ref]),
    )


def _appeal_row(appeal: Appeal) -> Row:
    if appeal.decision:
        meta = "Decided. The outcome is not sent yet."
    elif appeal.acknowledged_on is None:
        meta = f"To be acknowledged by {dates.short_date(appeal.acknowledge_by)}."
    else:
        meta = f"To be decided by {dates.short_date(appeal.decide_by)}; see who decides."
    where = reverse("appeal", args=[appeal.ref])
    return Row(
        title=f"{appeal.ref} · against {appeal.notice.ref}",
        url=where,
        meta=meta,
        tags=[Label("Overdue", "warning") if appeal.is_overdue else Label("Appeal", "")],
        action="See to it",
        action_url=where,
    )


def _breach_row(breach: Involvement) -> Row:
    report, ref = breach.report, breach.notice_ref  # type: ignore[attr-defined]
    assert breach.subject is not None
    return Row(
        title=f"{breach.subject.ref} · {breach.subject.shown_name}",
        url=reverse("report", args=[report.ref]),
        meta=f"{report.title} at {report.premises.name}, {dates.in_words(report.occurred_at)}.",
        tags=[Label(f"Breach of {ref}", "breach")],
        action="Take a step",
        action_url=reverse("breach_step", args=[ref, report.ref]),
    )


def _unseen_row(notice: Notice) -> Row:
    return Row(
        title=f"{notice.ref} · {notice.subject.shown_name}",
        url=reverse("notice", args=[notice.ref]),
        meta="Excluded, but no profile is published: members don’t know this face.",
        tags=[Label("Not published", "warning")],
        action="Publish",
        action_url=reverse("subject_publish", args=[notice.subject.ref]),
    )
