"""Pages of the offenders app that need no other."""
