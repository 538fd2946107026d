"""The cache in Valkey. It holds nothing that can't be done without, so it never stops a page."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class SoftRedisCache(RedisCache):
    """Answers as an empty cache while the server is away: sign-in limits pause, pages go on."""

    def _soft(self, name: str, otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(super(), name)(*args, **kwargs)
        except (RedisError, OSError):
            logger.warning("the cache is away")
            return otherwise

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or the default."""
        return self._soft("get", default, key, default=default, version=version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Keep a value, if the server is there."""
        self._soft("set", None, *args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Keep a value if there is none; True while the server is away."""
        return bool(self._soft("add", True, *args, **kwargs))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Count up; 1 while the server is away."""
        return int(self._soft("incr", 1, key, delta=delta, version=version))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Forget a value."""
        return bool(self._soft("delete", False, *args, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Return the values there are."""
        return dict(self._soft("get_many", {}, *args, **kwargs))
