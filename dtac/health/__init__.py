"""How the system is: signs, each with a state, words and numbers, for the page and for monitoring.

No sign names anybody or says what anybody typed: administrators and monitoring read them.
"""

from .signs import Sign, State, all_signs

__all__ = ["Sign", "State", "all_signs"]
