"""Backup and restore: one locked file with the database and all files (docs/decisions/0019)."""
