"""
Write tests/formats/aequilibrae.omx with AequilibraE itself, from an environment of its own.

::

    python -m venv .venv-formats
    .venv-formats/bin/python -m pip install aequilibrae==1.7.2
    .venv-formats/bin/python -m scripts.make_aequilibrae_matrix

Nothing of Serai takes part: the file is what that program writes when asked to export a matrix.
"""

import importlib
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "tests" / "formats" / "aequilibrae.omx"
ZONES = (101, 102, 103)
"""AequilibraE names zones by whole numbers."""
CORES = {
    "C_OM": [[0.0, 1200.5, 300.25], [900.0, 0.0, 0.1], [40.0, 1e-3, 0.0]],
    "GRAIN": [[0.0, 5e6, 0.0], [0.0, 0.0, 0.0], [250_000.0, 0.0, 0.0]],
}


def main() -> None:
    """Write the file."""
    library: Any = importlib.import_module("aequilibrae.matrix")
    matrix = library.AequilibraeMatrix()
    matrix.create_empty(
        zones=len(ZONES), matrix_names=list(CORES), index_names=["taz"], memory_only=True
    )
    for row, zone in enumerate(ZONES):
        matrix.index[row] = zone
    for name, cells in CORES.items():
        for row, values in enumerate(cells):
            for column, value in enumerate(values):
                matrix.matrix[name][row, column] = value
    FILE.parent.mkdir(parents=True, exist_ok=True)
    matrix.export(FILE)
    print(f"wrote {FILE}")


if __name__ == "__main__":
    main()
