"""The S3-compatible store. Its library is large: only where one is set is this imported."""

from typing import Any

from storages.backends.s3 import S3Storage


class PrivateStore(S3Storage):  # type: ignore[misc]
    """An S3-compatible store that hands out no address, and never renames what it is given."""

    def exists(self, name: str) -> bool:
        """Whether there is such a file, or a folder with any: apps ask for both."""
        return bool(super().exists(name)) or self._has_any(name)

    def _has_any(self, name: str) -> bool:
        found = self.connection.meta.client.list_objects_v2(
            Bucket=self.bucket_name, Prefix=f"{name.rstrip('/')}/", MaxKeys=1
        )
        return bool(found.get("KeyCount"))

    def url(self, *args: Any, **kwargs: Any) -> str:
        """Raise: an address of the store would pass by the rights."""
        raise NotImplementedError("Files have no address but ours.")
