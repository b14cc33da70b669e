"""Places and links added to a set of tables: checked against what is there, then written whole."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from serai.data.check import check_network
from serai.data.findings import Finding, list_some
from serai.data.folders import is_network
from serai.data.gmns import from_gmns
from serai.data.gmns_out import to_gmns
from serai.data.gmns_parts import CARRIED, great_circle_km
from serai.data.schema import Table, read_gmns_schema, read_schema
from serai.data.tables import read_tables, split_list
from serai.errors import DataError, state_fault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Tables = dict[str, pd.DataFrame]

__all__ = ["Extension", "Snap", "extend_tables"]

SAME_KM: Final = 1.0
"""[km] A new place nearer than this to an old one may be the same."""
MADE: Final = ("places", "links", "zones", "access", "resources")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """The place of the base that is nearest to a new one."""

    place_id: str
    nearest: str
    name: str
    km: float
    """[km] On the great circle."""
    is_joined: bool
    """Whether a new link joins the two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """What is added, and the files of the whole."""

    added: dict[str, int]
    """Rows by table."""
    snaps: tuple[Snap, ...]
    findings: tuple[Finding, ...]
    """Warnings."""
    files: dict[str, bytes]
    """Every file of the new folder."""


def extend_tables(base: Path, addition: Path) -> Extension:
    """
    Return a set of tables with places and links added.

    Parameters
    ----------
    base
        A folder like the package's own; it is only read.
    addition
        With `node.csv` and `link.csv`, whose links may end at places of the base; or with rows of
        tables like the package's, any of them.

    Returns
    -------
    extension
        Ready to be written.

    Raises
    ------
    DataError
        The addition has faults, or with it the whole has; all of them are named.
    """
    if is_network(base):
        raise DataError(
            state_fault(
                str(base),
                "a network in GMNS",
                "tables like the package's to extend",
                "add the rows to its node.csv and link.csv",
            )
        )
    if not addition.is_dir():
        wanted = "a folder with node.csv and link.csv, or with places.csv and links.csv"
        raise DataError(state_fault(str(addition), "no folder", wanted, "check the path"))
    old = read_tables(base)
    new, findings = _read_gmns(addition, old) if is_network(addition) else _read_rows(addition, old)
    new = {name: table for name, table in new.items() if len(table)}
    if not new:
        raise DataError(state_fault(str(addition), "no rows", "at least one place or link",
                                    "fill in node.csv or link.csv"))  # fmt: skip
    _refuse_taken(old, new)
    whole, widened = _join(old, new)
    faults = [str(one).removeprefix("error ") for one in check_network(whole)
              if one.severity == "error"]  # fmt: skip
    if faults:
        raise DataError(faults)
    snaps = tuple(_snap(old, new))
    findings += [
        _warn("places nearby", f"{one.place_id}", f"{one.km:.2g} km from {one.nearest} "
              f"({one.name})", "another place, or the same", "join them, or use the old id")
        for one in snaps if one.km < SAME_KM and not one.is_joined
    ]  # fmt: skip
    if widened:
        findings.append(_warn("modes of places", "places.csv, column modes",
                              f"new modes at {list_some(sorted(widened))}",
                              "the modes of their links", "nothing: they were added"))  # fmt: skip
    return Extension(
        added={name: len(table) for name, table in new.items()},
        snaps=snaps,
        findings=tuple(findings),
        files=_files(base, new, widened, addition.name),
    )


def _warn(check: str, where: str, got: str, wanted: str, then: str) -> Finding:
    return Finding(check=check, where=where, got=got, wanted=wanted, then=then, severity="warning")


def _optional(schema: Mapping[str, Table]) -> dict[str, Table]:
    return {n: replace(t, is_required=False, needs_rows=False) for n, t in schema.items()}


def _read_rows(addition: Path, old: Tables) -> tuple[Tables, list[Finding]]:
    """Return rows of tables like the package's."""
    schema = {n: t for n, t in _optional(read_schema()).items() if n != "params"}
    return read_tables(addition, schema=schema, beside=old), []


def _read_gmns(addition: Path, old: Tables) -> tuple[Tables, list[Finding]]:
    """Return the rows that nodes and links mean; their ends may be nodes of the base."""
    known = to_gmns({n: old[n] for n in (*MADE,)})
    schema = _optional(read_gmns_schema())
    beside = {**{n: t for n, t in old.items() if n not in MADE}, "node": known["node"],
              "zone": known["zone"], "resources": old["resources"]}  # fmt: skip
    given = read_tables(addition, schema=schema, beside=beside)
    own = given.get("node", known["node"].iloc[:0])
    given.setdefault("link", known["link"].iloc[:0])
    ends = {*given["link"]["from_node_id"], *given["link"]["to_node_id"]}
    twice = sorted(set(own["node_id"]) & set(known["node"]["node_id"]))
    if twice:
        raise DataError(state_fault("node.csv, column node_id", list_some(twice),
                                    "ids that the base has not", "leave the nodes of the base "
                                    "out: links may name them"))  # fmt: skip
    used = known["node"][known["node"]["node_id"].isin(ends - set(own["node_id"]))]
    lent = used.assign(zone_id="")
    joined = pd.concat([own, lent]) if len(own) else lent
    joined.attrs["file"] = "node.csv"
    read = from_gmns({**given, "node": joined}, needs_zones=False)
    base_places = set(old["places"]["place_id"])
    tables = dict(read.tables)
    # A place of the base comes along with the modes that new links give it.
    tables["places"] = tables["places"].drop(columns=CARRIED, errors="ignore")
    own_places = tables["places"][~tables["places"]["place_id"].isin(base_places)]
    own_places.attrs["file"] = "node.csv"
    tables["places"] = own_places
    return {n: t.drop(columns=CARRIED, errors="ignore") for n, t in tables.items()}, list(
        read.findings
    )


def _refuse_taken(old: Tables, new: Tables) -> None:
    """Refuse rows whose key the base has."""
    faults = []
    for name, table in new.items():
        key = list(read_schema()[name].key)
        if name not in old:
            continue
        taken = set(old[name][key].itertuples(index=False, name=None))
        for line, row in zip(table.index, table[key].itertuples(index=False, name=None),
                             strict=True):  # fmt: skip
            if row in taken:
                where = f"{table.attrs.get('file', name)} row {line}, column {key[0]}"
                faults.append(state_fault(where, "/".join(map(str, row)), "an id that the base "
                                          "has not", "rename it"))  # fmt: skip
    if faults:
        raise DataError(faults)


def _join(old: Tables, new: Tables) -> tuple[Tables, dict[str, str]]:
    """Return both together, and the places of the base that have a mode more."""
    whole = dict(old)
    for name, table in new.items():
        file = old[name].attrs.get("file", f"{name}.csv") if name in old else f"{name}.csv"
        whole[name] = pd.concat([old[name], table]) if name in old else table
        whole[name].attrs["file"] = file
    listed = zip(old["places"]["place_id"], old["places"]["modes"], strict=True)
    modes = {place: list(split_list(cell)) for place, cell in listed}
    widened = {}
    for row in new["links"].to_dict("records") if "links" in new else ():
        for side in ("from", "to"):
            place, mode = row[f"{side}_place"], row[f"{side}_mode"]
            if place in modes and mode not in ("door", *modes[place]):
                modes[place].append(mode)
                widened[place] = ";".join(modes[place])
    if widened:
        places = whole["places"].copy()
        places["modes"] = [widened.get(p, m) for p, m in zip(places["place_id"], places["modes"],
                                                             strict=True)]  # fmt: skip
        places.attrs |= whole["places"].attrs
        whole["places"] = places
    return whole, widened


def _snap(old: Tables, new: Tables) -> list[Snap]:
    """Return the nearest old place of each new one."""
    if "places" not in new:
        return []
    places = [
        (str(p), str(n), (x, y))
        for p, n, x, y in old["places"][["place_id", "name", "lon", "lat"]].itertuples(index=False)
    ]
    pairs = set()
    if "links" in new:
        ends = new["links"][["from_place", "to_place"]].itertuples(index=False, name=None)
        pairs = {frozenset(pair) for pair in ends}
    found = []
    for key, x, y in new["places"][["place_id", "lon", "lat"]].itertuples(index=False):
        km, place, name = min((great_circle_km((x, y), at), p, n) for p, n, at in places)
        found.append(Snap(place_id=str(key), nearest=place, name=name, km=km,
                          is_joined=frozenset((key, place)) in pairs))  # fmt: skip
    return found


# ------------------------------------------------------------------------------ files


def _files(base: Path, new: Tables, widened: Mapping[str, str], label: str) -> dict[str, bytes]:
    """Return every file of the base with the rows added; answers of the base are left out."""
    files = {
        str(path.relative_to(base)): path.read_bytes()
        for path in sorted(base.rglob("*"))
        if path.is_file() and path.suffix != ".json"
    }
    for name, table in new.items():
        at = next((n for n in (f"{name}.csv", f"odbl/{name}.csv") if n in files), f"{name}.csv")
        files[at] = _append(files.get(at), table, widened if name == "places" else {})
    if widened and "places" not in new:
        files["places.csv"] = _append(files["places.csv"], None, widened)
    version = files.get("VERSION", b"own tables").decode().strip()
    files["VERSION"] = f"{version} with {label}\n".encode()
    return files


def _append(old: bytes | None, table: pd.DataFrame | None, widened: Mapping[str, str]) -> bytes:
    """Return a CSV file with rows added under its own heading, and modes of places changed."""
    rows = list(csv.DictReader(io.StringIO((old or b"").decode("utf-8-sig"))))
    heading = list(rows[0]) if rows else []
    for row in rows:
        if widened and row["place_id"] in widened:
            row["modes"] = widened[row["place_id"]]
    added = [] if table is None else [
        {c: say_cell(v) for c, v in row.items()} for row in table.to_dict("records")
    ]  # fmt: skip
    heading += [str(c) for c in (added[0] if added else ()) if c not in heading
                and any(row[c] for row in added)]  # fmt: skip
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, heading, lineterminator="\n", extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows([*rows, *added])
    return text.getvalue().encode()


def say_cell(value: Any) -> str:  # noqa: ANN401 - any cell
    """
    Return a cell as it stands in a file: nothing for nothing, whole numbers without a point.

    Parameters
    ----------
    value
        Text or number.
    """
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(int(value) if value.is_integer() else value)
    return str(value)
