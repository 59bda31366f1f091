"""Fits a scikit-learn solver that stops after a number of passes, as it is meant to. Training only."""

from __future__ import annotations

import warnings
from typing import Any


def fitted(solver: Any, *examples: Any, **weights: Any) -> Any:
    """The solver itself, without its warning that more passes could be made."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return solver.fit(*examples, **weights)
