"""Warnings that several modules of tests begin with."""

import datetime as dt

import pytest

from exclusions.models import WarningLetter
from offenders.models import Subject
from tests import factories
from tests.cast import Cast


@pytest.fixture
def person(cast: Cast) -> Subject:
    return factories.published(cast.intel, name="Ann Warned").subject


@pytest.fixture
def letter(cast: Cast, person: Subject) -> WarningLetter:
    return factories.raised_warning(cast.intel, cast.staff, cast.shop, person)


@pytest.fixture
def running(cast: Cast, person: Subject) -> WarningLetter:
    return factories.given_warning(
        cast.intel, cast.staff, cast.shop, person, ago=dt.timedelta(days=10)
    )
