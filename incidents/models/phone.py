"""The key that locks reports waiting on a phone, so that only their own sender opens them."""

import uuid

from django.db import models

from members.models import User


class PhoneKey(models.Model):
    """One user's key. The phone has it only while that user is signed in."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, related_name="phone_key", db_comment="Whose"
    )
    owner = models.UUIDField(
        unique=True, default=uuid.uuid4, db_comment="How the phone names the user; tells nothing"
    )
    key = models.BinaryField(max_length=32, db_comment="AES-256 key, random")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")

    class Meta:
        db_table_comment = "Keys of the reports that wait on users' phones"

    def __str__(self) -> str:
        return f"Key of user {self.user_id}"
