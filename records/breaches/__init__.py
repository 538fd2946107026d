"""Breaches of data protection: what, whose, how many, who was told, within 72 hours."""
