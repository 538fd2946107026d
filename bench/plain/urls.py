"""The addresses of what D-TAC is compared with."""

from django.urls import path

from .admin import plain
from .floor import floor

urlpatterns = [
    path("admin/", plain.urls),
    path("floor/<slug:name>/", floor),
]
