"""Equipment that the scheme lends: radios, body-worn cameras, chargers."""
