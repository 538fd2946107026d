"""What the demo needs and a real scheme does not: drawn portraits and scenes."""
