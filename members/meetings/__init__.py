"""Meetings of the scheme: agenda, who came, minutes."""
