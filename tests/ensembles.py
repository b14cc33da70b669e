"""Disruptions of the toy world; probabilities and sizes are made up."""

from pathlib import Path
from typing import Final

from serai.data.ensembles import read_ensemble
from serai.domain.disruptions import EnsembleSpec

TOY: Final = """\
title = "What may go wrong in the toy world"
cases = ["today"]
without = ["middle"]

[[disruptions]]
id = "feeder"
title = "Feeders at half"
kind = "weather"
months = [11, 12, 1]
grade = "assumed"
source_ids = "S1"
outcomes = [
  { probability = 0.3, days = 20, days_high = 60, size = 0.5 },
  { probability = 0.2, days = 60, days_high = 90 },
]
[[disruptions.shocks]]
kind = "change"
quantity = "capacity_teu_yr"
operation = "multiply"
value = 0.5
resources = ["R_FEEDER"]

[[disruptions]]
id = "suez"
title = "Suez is shut"
kind = "closure"
grade = "assumed"
source_ids = "S1"
outcomes = [{ probability = 0.4, days = 100 }]
[[disruptions.shocks]]
kind = "close"
passages = ["Suez"]

[[disruptions]]
id = "russia"
title = "Russia and Belarus carry no transit"
kind = "sanctions"
grade = "assumed"
source_ids = "S1"
outcomes = [{ probability = 0.4, days = 200, days_high = 300 }]
[[disruptions.shocks]]
kind = "close_transit"
countries = ["RUS", "BLR"]

[[correlations]]
between = ["feeder", "suez"]
value = 0.5
grade = "assumed"
source_ids = "S1"
"""


def write_toy_spec(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write the list into a folder, some of its text replaced."""
    text = TOY
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "toy.toml"
    path.write_text(text, "utf-8")
    return path


def toy_spec(folder: Path, *changes: tuple[str, str]) -> EnsembleSpec:
    """Return the list, some of its text replaced."""
    return read_ensemble(str(write_toy_spec(folder, *changes)))
