"""Waking the workers: one waiting job of a kind is enough, and none is kept from being queued."""

from collections.abc import Iterator

import pytest
from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from redis import Redis

from common.wake import wake

QUEUE = "celery"


@shared_task(name="common.tests.looked_sweep")
def looked_sweep() -> int:
    """Look for nothing."""
    return 0


@pytest.fixture
def broker() -> Iterator[Redis]:
    line = Redis.from_url(settings.REDIS_URL)
    cache.delete(f"woken:{looked_sweep.name}")
    yield line
    line.close()


def waiting(broker: Redis) -> int:
    return sum(looked_sweep.name.encode() in each for each in broker.lrange(QUEUE, 0, -1))


def test_one_that_waits_is_enough_and_one_that_began_is_not(broker: Redis) -> None:
    before = waiting(broker)
    for _ in range(5):
        wake(looked_sweep)
    assert waiting(broker) == before + 1
    looked_sweep.apply()  # it begins: what comes from now on may be too late for it
    wake(looked_sweep)
    assert waiting(broker) == before + 2


def test_a_broker_that_is_away_keeps_none_from_being_queued(broker: Redis) -> None:
    before = waiting(broker)
    with pytest.raises(TypeError):
        wake(Broken())  # type: ignore[arg-type]
    wake(looked_sweep)
    assert waiting(broker) == before + 1


class Broken:
    """What can't be queued."""

    name = looked_sweep.name

    def delay(self) -> None:
        """Fail, as a broker does that went away between two lines."""
        raise TypeError
