"""Training that the scheme gives: courses, sessions, attendance, certificates."""
