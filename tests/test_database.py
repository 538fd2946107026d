"""What must hold of the database as a whole."""

import pytest
from django.apps import apps
from django.db import connection

OURS = {"audit", "members", "offenders", "incidents", "exclusions", "records", "board"}


@pytest.mark.django_db
def test_every_table_and_column_of_ours_says_what_it_is() -> None:
    silent = []
    for model in apps.get_models():
        if model._meta.app_label not in OURS or model._meta.proxy:
            continue  # a proxy has no table of its own
        if not model._meta.db_table_comment:
            silent.append(model._meta.label)
        inherited = {"id", "password", "last_login", "is_superuser"}
        silent += [
            f"{model._meta.label}.{field.name}"
            for field in model._meta.local_fields
            if not field.db_comment and field.name not in inherited
        ]
    assert not silent


@pytest.mark.django_db
def test_folding_is_safe_in_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dtac_fold('Zieliński ÀÉ'), provolatile FROM pg_proc WHERE proname = 'dtac_fold'"
        )
        assert cursor.fetchone() == ("zielinski ae", "i")
