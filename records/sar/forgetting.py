"""What goes from an answered request for access: names, words, what was found. The entry stays."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from audit.services import record
from records import actions
from records.models import AccessPack, AccessRequest, DoomedFile
from records.requests.forgetting import GONE


@transaction.atomic
def access_forget(access: AccessRequest) -> None:
    """Take names and texts out of an answered request, and out of the searches made for it."""
    access.items.all().delete()
    AccessRequest.objects.filter(pk=access.pk).update(
        asker="",
        names=[],
        born=None,
        identified="",
        words="",
        reasons=GONE if access.reasons else "",
        extended_because=GONE if access.extended_on else "",
        forgotten_at=timezone.now(),
    )
    for search in access.searches.all():
        search.names, search.born = [], None
        search.save(update_fields=["names", "born"])
    record(actions.ACCESS_FORGOTTEN, by=None, ref=access.ref, subjects=access.subject_refs)


def answered_forget(refs: Sequence[str]) -> None:
    """Forget the answered requests about these records, with the files of their packs.

    Part of the records' deletion: what was found of them would outlive them otherwise.
    """
    about = AccessRequest.objects.filter(subject_refs__overlap=list(refs)).exclude(outcome="")
    packs = AccessPack.objects.filter(
        request__in=about, made_at__isnull=False, files_deleted_at=None
    )
    for pack in packs.select_for_update(of=("self",)):
        now = timezone.now()
        DoomedFile.objects.bulk_create(
            [DoomedFile(name=name, since=now) for name in (pack.pdf, pack.archive)],
            ignore_conflicts=True,
        )
        AccessPack.objects.filter(pk=pack.pk).update(files_deleted_at=now)
    for access in about.filter(forgotten_at=None).select_for_update(of=("self",)):
        access_forget(access)
