"""Evidence packs: what is in one, whose names it shows, and how the worker makes it."""
