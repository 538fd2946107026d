"""Awards that members earn: criteria, bids, certificates."""
