"""The Board's reports: figures frozen on a day, written to, approved, never changed again."""
