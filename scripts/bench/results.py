"""What was measured."""

from dataclasses import dataclass
from statistics import median

from scripts.bench.rows import Row

__all__ = ["Measured", "Run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One process."""

    seconds: float
    """[s] The work alone."""
    n_done: int
    wall_s: float
    """[s] The process from its start to its end."""
    peak_mb: float
    """[MB] Largest memory."""

    def tell(self, unit: str) -> float:
        """Return the work's time, time per piece or rate."""
        if unit == "paths/s":
            return self.n_done / self.seconds
        return 1000.0 * self.seconds / self.n_done if unit == "ms each" else self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All runs of a row on so many cores, by side, and what the check says of each."""

    row: Row
    n_cores: int
    runs: dict[str, list[Run]]
    verdicts: dict[str, str]

    def compare(self, side: str) -> float:
        """Return how many times faster Serai is than a side, by medians of time per piece."""
        ours, theirs = (
            median(run.seconds / run.n_done for run in self.runs[name]) for name in ("Serai", side)
        )
        return theirs / ours
