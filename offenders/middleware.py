"""Leads from a record that became part of another to the one that stays."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from audit.services import record
from common.middleware import GetResponse
from members.access import user_of

from . import actions
from .access import BecamePartOf


class MergedRecordMiddleware:
    """Every page and button of a working record, asked for by an old reference, leads on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Lead to the record that stays, if that is what it was; say so where a form was sent."""
        if not isinstance(error, BecamePartOf):
            return None
        record(actions.SUBJECT_VIEWED, by=user_of(request), ref=error.gone, subjects=[error.gone])
        if request.method == "POST":
            messages.warning(request, f"{error} Nothing was changed.")
        else:
            messages.info(request, str(error))
        return redirect("subject", ref=error.kept)
