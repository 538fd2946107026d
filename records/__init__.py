"""How long records are kept, why, and what becomes of them afterwards."""
