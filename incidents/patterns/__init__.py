"""When and where incidents happen: what is asked for, the figures, and the rows behind each."""

from .figures import Figures, Line, Scope, Sums, Trend, figures_of, sums_of
from .narrow import Narrowing, narrowing
from .selection import PatternsForm, Selection

__all__ = [
    "Figures",
    "Line",
    "Narrowing",
    "PatternsForm",
    "Scope",
    "Selection",
    "Sums",
    "Trend",
    "figures_of",
    "narrowing",
    "sums_of",
]
