"""Results of long studies that lie beside the tables."""

from __future__ import annotations

from dataclasses import dataclass

from serai.domain.backcast import BackcastResult
from serai.domain.conditions import ConditionsResult
from serai.domain.frontier import FrontierResult
from serai.domain.invest import InvestResult
from serai.domain.results import AnswerResult
from serai.domain.sensitivity import SensitivityResult
from serai.domain.vectors import VectorsResult

__all__ = ["Stored"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Long studies whose results lie beside the tables; None where there is no such file."""

    sensitivity: SensitivityResult | None = None
    """What moves the answer most: `sensitivity.json`."""
    backcast: BackcastResult | None = None
    """Past years against what was published: `backcast.json`."""
    frontier: FrontierResult | None = None
    """What capital buys: `frontier.json`."""
    invest: InvestResult | None = None
    """Which projects pay, and in which order: `invest.json`."""
    conditions: ConditionsResult | None = None
    """Under which conditions the corridor carries a share: `conditions.json`."""
    answer: AnswerResult | None = None
    """The headline and its maps: `answer.json`."""
    vectors: VectorsResult | None = None
    """How Kazakhstan stands between the powers: `vectors.json`."""
