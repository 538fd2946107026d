"""Append-only record of changes and of reads. Knows no other app."""
