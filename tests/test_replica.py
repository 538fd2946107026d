"""Reading the Board's pages from a replica: which pages, which rows, and never a change."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from audit.models import Event
from board import views as board_views
from dtac.pages import gallery
from dtac.replica import ReplicaMiddleware, ReplicaRouter
from incidents.models import Report
from members.models import User, WebSession

ROUTER = ReplicaRouter()


def asked_in(view: Any, *, method: str = "GET") -> dict[str, str | None]:
    """Return where rows are read from while a view is at work."""
    found: dict[str, str | None] = {}

    def answer(request: Any) -> HttpResponse:
        middleware.process_view(request, view, (), {})
        for model in (Report, Event, User, WebSession):
            found[model.__name__] = ROUTER.db_for_read(model)
        found["write"] = ROUTER.db_for_write(Report)
        return HttpResponse()

    middleware = ReplicaMiddleware(answer)
    middleware(RequestFactory().generic(method, "/"))
    assert ROUTER.db_for_read(Report) is None, "the next request of the thread is another's"
    return found


def test_a_page_of_the_board_reads_figures_from_the_replica() -> None:
    found = asked_in(board_views.board)
    assert found["Report"] == "replica"
    assert (found["Event"], found["User"], found["WebSession"]) == (None, None, None)
    assert found["write"] == "default"


@pytest.mark.parametrize(
    ("view", "method"), [(gallery.gallery, "GET"), (board_views.board, "POST")]
)
def test_all_else_reads_where_it_is_written(view: Any, method: str) -> None:
    assert asked_in(view, method=method)["Report"] is None


def test_after_an_error_the_mark_is_gone() -> None:
    def broken(request: Any) -> HttpResponse:
        middleware.process_view(request, board_views.board, (), {})
        raise ValueError

    middleware = ReplicaMiddleware(broken)
    with pytest.raises(ValueError):  # noqa: PT011
        middleware(RequestFactory().get("/"))
    assert ROUTER.db_for_read(Report) is None


def test_it_is_never_migrated() -> None:
    assert not ROUTER.allow_migrate("replica", "board")
    assert ROUTER.allow_migrate("default", "board")
