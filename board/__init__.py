"""The Board's figures: imports every app, and nothing imports it."""
