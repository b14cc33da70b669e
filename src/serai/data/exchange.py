"""From layers and matrices of other programs to the tables of a folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pandas as pd

from serai.data.geometry import LINE_FILES, encode_line
from serai.data.gmns_out import to_gmns
from serai.data.load import PACK
from serai.data.schema import Column, read_gmns_schema, read_schema
from serai.data.tables import read_tables
from serai.domain.layers import Cell, Layer, Shape
from serai.errors import DataError

__all__ = ["LINE_BASIS", "encode_csv", "gmns_tables", "home_of", "missing_tables",
           "tables_of_layers"]  # fmt: skip

LINE_BASIS: Final = "line_basis"
"""Column of the layer of links that no table has: `drawn`, or `great_circle` where no line is."""

TABLES: Final = {"nodes": "places", "links": "links"}
"""Table by layer."""

GEOMETRY_COLUMNS: Final = ("forward_link_ids", "reverse_link_ids", "basis", "grade", "source_ids",
                           "note", "line")  # fmt: skip


def home_of(folder: Path, table: str) -> Path:
    """
    Return where a table lies in a folder, or would lie.

    Parameters
    ----------
    folder
        The folder.
    table
        Name of the table.
    """
    inside = folder / "odbl" / f"{table}.csv"
    return inside if inside.is_file() else folder / f"{table}.csv"


def missing_tables(folder: Path, given: Iterable[str]) -> dict[str, Path]:
    """
    Return the tables of the package that neither a folder nor a file has.

    Parameters
    ----------
    folder
        The folder; it need not exist.
    given
        Names of the tables that the file has.

    Returns
    -------
    missing
        Path inside a folder, and where the package has the table.
    """
    found = {}
    for table in read_schema().values():
        names = [f"{table.name}.csv", f"odbl/{table.name}.csv", f"{table.name}.toml"]
        source = next((PACK / name for name in names if (PACK / name).is_file()), None)
        if table.name in given or source is None or any((folder / n).is_file() for n in names):
            continue
        found[source.relative_to(PACK).as_posix()] = source
    return found


def tables_of_layers(
    layers: Mapping[str, Layer], folder: Path, source: str
) -> tuple[dict[Path, bytes], dict[str, int]]:
    """
    Return the files of places, links and lines that layers of nodes and links stand for.

    Parameters
    ----------
    layers
        `nodes` and `links`, with the columns of `places` and `links`.
    folder
        Folder of tables that they are for; lines that did not change keep their row there.
    source
        What the layers were read from, for messages and notes.

    Returns
    -------
    files
        Content by path.
    rows
        Rows by table.

    Raises
    ------
    DataError
        Columns or cells are not what the tables want; all faults are named.
    """
    texts = {TABLES[name]: _texts(layer) for name, layer in layers.items()}
    files = {home_of(folder, name): encode_csv(*rows) for name, rows in texts.items()}
    _check({path.name: data for path, data in files.items()}, source)
    links = layers["links"]
    basis = links.columns.get(LINE_BASIS, (None,) * len(links))
    lines = {
        str(link_id): shape
        for link_id, shape, by in zip(links.columns["link_id"], links.shapes, basis, strict=True)
        if shape and by != "great_circle"
    }
    files |= _geometry_files(lines, folder, source)
    return files, {name: len(rows) for name, (_, rows) in texts.items()}


def _texts(layer: Layer) -> tuple[list[str], list[list[str]]]:
    """Return heading and rows as text; the position of a node becomes latitude and longitude."""
    columns = read_schema()[TABLES[layer.name]].columns
    cells = {name: values for name, values in layer.columns.items() if name != LINE_BASIS}
    if layer.kind == "point":
        at = [shape[0][0].tolist() for shape in layer.shapes]
        cells |= {"lat": tuple(y for _, y in at), "lon": tuple(x for x, _ in at)}
    names = [name for name in columns if name in cells] + [n for n in cells if n not in columns]
    told = [[_text(cell, columns.get(name)) for cell in cells[name]] for name in names]
    return names, [list(row) for row in zip(*told, strict=True)]


def _text(cell: Cell, column: Column | None) -> str:
    """Return a cell as the tables write it; a number is read back to the bit."""
    if cell is None:
        return ""
    is_whole = isinstance(cell, float) and cell.is_integer()
    if is_whole and (column is None or not column.is_number or column.dtype == "int"):
        return str(int(cell))
    return repr(cell) if isinstance(cell, float) else str(cell)


def _check(files: Mapping[str, bytes], source: str) -> None:
    """Read tables as a run would, so that nothing is written that could not be read."""
    schema = {name: table for name, table in read_schema().items() if f"{name}.csv" in files}
    with TemporaryDirectory() as draft:
        for name, data in files.items():
            (Path(draft) / name).write_bytes(data)
        try:
            read_tables(Path(draft), schema=schema)
        except DataError as error:
            raise DataError([f"{source}, as {fault}" for fault in error.faults]) from error


def gmns_tables(
    tables: Mapping[str, pd.DataFrame],
) -> dict[str, tuple[list[str], list[list[str]]]]:
    """
    Return heading and rows, as text, of the GMNS tables that tables of the model mean.

    Parameters
    ----------
    tables
        As `read_folder` returns them.

    Returns
    -------
    rows
        By name of the table; columns without any cell are left out, but for those of the key.
    """
    schema = read_gmns_schema()
    found = {}
    for name, table in to_gmns(tables).items():
        if name == "params":
            continue
        columns, key = schema[name].columns, schema[name].key
        told = {
            str(column): [
                _text(_missing_or(cell), columns.get(str(column))) for cell in table[column]
            ]
            for column in table.columns
        }
        kept = [
            c
            for c, cells in told.items()
            if any(cells) or c in key or (c in columns and columns[c].required == "yes")
        ]
        found[name] = (kept, [list(row) for row in zip(*(told[c] for c in kept), strict=True)])
    return found


def _missing_or(cell: Any) -> Cell:  # noqa: ANN401 - whatever a table holds
    if cell is None or cell != cell:  # noqa: PLR0124 - NaN is not itself
        return None
    item: Cell = cell.item() if isinstance(cell, np.generic) else cell
    return item


def encode_csv(names: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """
    Return a table as CSV.

    Parameters
    ----------
    names
        Heading.
    rows
        Cells.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


# ---------------------------------------------------------------- lines


def _geometry_files(lines: Mapping[str, Shape], folder: Path, source: str) -> dict[Path, bytes]:
    """Return the files of lines: rows that still hold as they are, what is new below them."""
    new = {link_id: encode_line(shape[0]) for link_id, shape in lines.items()}
    files: dict[Path, bytes] = {}
    kept: dict[str, list[list[str]]] = {}
    for name in LINE_FILES:
        home = folder if (folder / name).is_file() else PACK
        kept[name] = []
        with (home / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                held = _still_true(row, lines, new)
                if held is not None:
                    kept[name].append(held)
    told = f"imported from {source}"
    kept[LINE_FILES[0]] += [
        [link_id, "", "waypoints", "assumed", "", told, text] for link_id, text in new.items()
    ]
    for name, rows in kept.items():
        files[folder / name] = encode_csv(GEOMETRY_COLUMNS, rows)
    return files


def _still_true(
    row: Mapping[str, str], lines: Mapping[str, Shape], new: dict[str, str]
) -> list[str] | None:
    """Return a row with those of its links whose line is the same, and take them from the new."""
    out = dict(row)
    for column, step in (("forward_link_ids", 1), ("reverse_link_ids", -1)):
        same = [
            link_id
            for link_id in row[column].split(";")
            if link_id in lines and encode_line(lines[link_id][0][::step]) == row["line"]
        ]
        for link_id in same:
            new.pop(link_id, None)
        out[column] = ";".join(same)
    if not out["forward_link_ids"] and not out["reverse_link_ids"]:
        return None
    return [out.get(name, "") for name in GEOMETRY_COLUMNS]
