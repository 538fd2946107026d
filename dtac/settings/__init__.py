"""Settings: `base` for all, then one module per place it runs (production, demo, test)."""
