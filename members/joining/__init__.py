"""How businesses join, and how people get, keep and lose their accounts."""
