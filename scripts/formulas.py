"""Formulas written in LaTeX, turned into MathML that browsers set without any script."""

import re
from typing import Any

from latex2mathml.converter import convert

__all__ = ["convert_formula", "format_fence"]

LEFT_OVER = re.compile(r"<m[iotn][^>]*>(?:&amp;|&|\\[^<]*)</m[iotn]>")
"""What the converter makes of a command that it does not know."""


def convert_formula(latex: str, *, is_block: bool = True) -> str:
    r"""
    Return a formula as MathML.

    Parameters
    ----------
    latex
        Such as ``\sum_i x_i``.
    is_block
        Whether it stands on a line of its own.

    Raises
    ------
    ValueError
        A part of it could not be converted.
    """
    found = convert(" ".join(latex.split()), display="block" if is_block else "inline")
    left = LEFT_OVER.search(found)
    if left is not None:
        raise ValueError(f"no MathML for {left[0]} in the formula: {latex.strip()}")
    return found


def format_fence(source: str, *_: Any, **__: Any) -> str:  # noqa: ANN401 - what superfences gives
    """Return the formula of a fenced block."""
    return f'<div class="formula">{convert_formula(source)}</div>'
