"""Subjects, photos, target profiles, the gallery's search, bulletins."""
