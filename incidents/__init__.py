"""Sightings and incidents, who was involved, what was taken, photos, the review."""
