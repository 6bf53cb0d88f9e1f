"""
Solves thousands of least-squares problems of two or three unknowns, as a bootstrap has them.

LAPACK solves one problem after the other, which takes most of the time; here all problems go through each step
together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def least_squares(
    columns: Sequence[NDArray[np.float64]], wanted: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Solve many small least-squares problems at once, by Gram and Schmidt's modified orthogonalization.

    Args:
        columns: Factors of each unknown, each of shape (problems, equations).
        wanted: Right-hand side of each equation, shape (problems, equations).

    Returns:
        The unknowns of each problem, shape (problems, unknowns), and its sum of squared residuals.
    """
    # The equations are the first axis, so that sums run over all problems side by side.
    remaining, left = [np.ascontiguousarray(column.T) for column in columns], wanted.T
    triangle: list[tuple[NDArray[np.float64], list[NDArray[np.float64]], NDArray[np.float64]]] = []
    for place, column in enumerate(remaining):
        length = np.sqrt(_products(column, column))
        unit = column / length
        above = []
        for later in range(place + 1, len(remaining)):
            above.append(_products(unit, remaining[later]))
            remaining[later] = remaining[later] - above[-1] * unit
        part = _products(unit, left)
        left = left - part * unit
        triangle.append((length, above, part))
    answers: list[NDArray[np.float64]] = []
    for length, above, part in reversed(triangle):
        for factor, answer in zip(above, answers, strict=True):
            part = part - factor * answer
        answers.insert(0, part / length)
    return np.stack(answers, axis=-1), _products(left, left)


def _products(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sum(one * other, axis=0))
