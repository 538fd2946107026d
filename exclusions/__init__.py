"""Exclusion notices: raised, authorised, served, in force, expired or revoked; breaches derived."""
