"""Retention: the rules, the clocks, the plan of a night, and carrying it out."""
