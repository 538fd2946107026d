"""Complaints: acknowledged within 30 days, looked into, answered."""
