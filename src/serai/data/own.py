"""Somebody's own network in GMNS, made whole by what the package has and it has not."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from serai.data.check_evidence import find_uses
from serai.data.findings import Finding
from serai.data.folders import PACK, is_network
from serai.data.gmns import from_gmns
from serai.data.gmns_parts import low_high, rows_of
from serai.data.gmns_words import ACCESS, read_kind
from serai.data.register import SOURCE_TABLES
from serai.data.schema import read_gmns_schema, read_schema
from serai.data.tables import read_tables, split_list
from serai.errors import DataError, state_fault

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

__all__ = ["Own", "lent_rates", "read_folder", "read_mirror", "read_own"]

LENT: Final = ("classes", "countries", "emission_factors", "params")
"""Tables that the package lends to a network without them."""

SECOND: Final = ("route_searches",)
"""What every network without it takes from the package besides; no table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A network with all that it needs to be run."""

    tables: dict[str, pd.DataFrame]
    """As `read_tables` returns them."""
    findings: tuple[Finding, ...]
    """What was assumed on the way."""
    borrowed: tuple[str, ...]
    """Tables that are the package's, as no file of the folder has them."""


def read_folder(folder: Path, names: Collection[str] | None = None) -> dict[str, pd.DataFrame]:
    """
    Return the tables of a folder, of whichever kind it is.

    Parameters
    ----------
    folder
        With `places.csv` and the others, or with `node.csv` and `link.csv`.
    names
        Tables that are wanted; all if left out.

    Returns
    -------
    tables
        By name, as `read_tables` returns them.

    Raises
    ------
    DataError
        Anything is wrong with any file; lists all that is.
    """
    schema = {n: t for n, t in read_schema().items() if names is None or n in names}
    if is_network(folder):
        return {n: t for n, t in read_own(folder).tables.items() if n in schema}
    return read_tables(folder, schema=schema)


def read_own(folder: Path) -> Own:
    """
    Return the tables that a network in GMNS means, and what it borrows of the package.

    Parameters
    ----------
    folder
        With `node.csv` and `link.csv`; `zone.csv`, `demand.csv` and any other table beside them.

    Returns
    -------
    own
        Ready for `read_world`.

    Raises
    ------
    DataError
        Anything is wrong with any file; lists all that is.
    """
    schema, pack_schema = read_gmns_schema(), read_schema()
    _refuse_both(folder)
    pack = read_tables(PACK, schema={n: pack_schema[n] for n in (*LENT, *SOURCE_TABLES)})
    has = {name for name in LENT if (folder / f"{name}.csv").is_file()}
    beside = {n: t for n, t in pack.items() if n in SOURCE_TABLES or n not in has}
    given = read_tables(folder, schema=schema, beside=beside)
    faults = _missing(given)
    params = _read_params(folder, pack["params"], given.get("classes"), faults)
    if faults:
        raise DataError(faults)
    classes = given.get("classes", pack["classes"])
    lends_rates = "rates" not in given and _wants_rates(given["link"])
    rates = {"rates": lent_rates()} if lends_rates else {}
    read = from_gmns({**given, **rates, "classes": classes})
    tables = {**read.tables, "params": params}
    _check_regions(tables)
    if "classes" not in has:
        used = classes["class_id"].isin(tables["demand"]["class_id"])
        tables["classes"] = _some(classes, used)
    if "countries" not in has:
        crossed = {c for cell in tables["links"]["countries_iso3"] for c in split_list(cell)}
        crossed |= {*tables["places"]["country_iso3"], *tables["zones"]["country_iso3"]}
        tables["countries"] = _some(pack["countries"], pack["countries"]["iso3"].isin(crossed))
    if "emission_factors" not in has:
        tables["emission_factors"] = pack["emission_factors"]
    tables |= _evidence(tables, pack)
    lent = [n for n in LENT if n not in has and (n != "params" or not _path_of_params(folder))]
    lent += ["rates"] * lends_rates
    lent += [n for n in SECOND if not (folder / f"{n}.toml").is_file()]
    return Own(
        tables={n: tables[n] for n in pack_schema if n in tables},
        findings=read.findings,
        borrowed=tuple(lent),
    )


def read_mirror(folder: Path) -> pd.DataFrame | None:
    """
    Return the demand of a network as its file has it, with what the other side counts.

    Parameters
    ----------
    folder
        A network that `read_own` reads.

    Returns
    -------
    demand
        None without a file.
    """
    schema = {"demand": read_gmns_schema()["demand"]}
    return read_tables(folder, schema=schema).get("demand")


def _wants_rates(link: pd.DataFrame) -> bool:
    """Say whether some link has no price at all, or no time."""
    unpriced = link["cost_usd_teu"].isna() & link["cost_usd_t"].isna()
    untimed = link["free_time_h"].isna() & link["free_speed"].isna()
    words = link.loc[unpriced | untimed, ["facility_type", "allowed_uses", "gauge_mm"]]
    kinds = {read_kind(*row) for row in words.itertuples(index=False, name=None)}
    return any(told is not None and told[0] not in ("", "transfer", ACCESS) for told in kinds)


def lent_rates() -> pd.DataFrame:
    """
    Return what a kilometre takes on the package's own links, by kind.

    Returns
    -------
    rates
        As `rates.csv`: the middle of the open links of a kind, and the range of four fifths of
        them. Assumed, as it is said of other links than those it is used for.
    """
    links = read_tables(PACK, schema={"links": read_schema()["links"]})["links"]
    hauls = links[(links["kind"] != "transfer") & (links["length_km"] > 0)
                  & (links["status"] == "open") & (links["free_time_h"] > 0)]  # fmt: skip
    km = hauls["length_km"]
    values = {
        "cost_usd_teu_km": hauls["cost_usd_teu"] / km,
        "cost_usd_t_km": hauls["cost_usd_t"] / km,
        "speed_km_h": km / hauls["free_time_h"],
    }
    columns: dict[str, pd.Series] = {}
    for name, value in values.items():
        groups = value.groupby(hauls["kind"])
        low, high = low_high(name)
        columns |= {name: groups.median(), low: groups.quantile(0.1), high: groups.quantile(0.9)}
    rates = pd.DataFrame(columns).reset_index()
    return rates.assign(evidence="assumed", source_ids="", note="", range_pct=float("nan"))


def _refuse_both(folder: Path) -> None:
    both = [n for n in ("places", "links", "zones") for at in ("", "odbl/")
            if (folder / f"{at}{n}.csv").is_file()]  # fmt: skip
    if both:
        got = f"node.csv or link.csv and {', '.join(f'{n}.csv' for n in both)}"
        raise DataError(state_fault(str(folder), got, "one of the two kinds of tables",
                                    "keep those of GMNS, or those like the package's"))  # fmt: skip


def _missing(given: dict[str, pd.DataFrame]) -> list[str]:
    if "demand" in given and len(given["demand"]):
        return []
    wanted = "rows origin_region,dest_region,class_id,year,value"
    return [state_fault("demand.csv", "no file or no rows", wanted,
                        "say what is to be carried between which zones")]  # fmt: skip


def _some(table: pd.DataFrame, which: pd.Series) -> pd.DataFrame:
    chosen = table[which]
    chosen.attrs |= table.attrs
    return chosen


def _check_regions(tables: dict[str, pd.DataFrame]) -> None:
    """Refuse demand of regions that no zone has."""
    known = sorted(set(tables["zones"]["region"]))
    faults = []
    for column in ("origin_region", "dest_region"):
        table = tables["demand"]
        for line, region in table.loc[~table[column].isin(known), column].items():
            near = difflib.get_close_matches(str(region), known, n=1, cutoff=0.5)
            then = f"did you mean {near[0]}?" if near else "correct it, or add the zone"
            faults.append(state_fault(f"demand.csv row {line}, column {column}", repr(region),
                                      f"one of {', '.join(known)}", then))  # fmt: skip
    if faults:
        raise DataError(faults)


def _evidence(
    tables: dict[str, pd.DataFrame], pack: dict[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Return the tables of sources: the folder's own rows, and the package's that are cited."""
    cited = find_uses({n: t for n, t in tables.items() if n not in SOURCE_TABLES})
    found = {}
    for name in SOURCE_TABLES:
        key = pack[name].columns[0]
        own = tables.get(name)
        taken = set(own[key]) if own is not None else set()
        lent = pack[name][pack[name][key].isin(cited - taken)]
        if name == "events":
            lent = lent.assign(model_ids="", reason="borrowed")
        else:
            lent = lent.assign(use="")
        found[name] = pd.concat([own, lent]) if own is not None else lent
        found[name].attrs["file"] = f"{name}.csv"
    return found


# ------------------------------------------------------------------------------ parameters


def _path_of_params(folder: Path) -> Path | None:
    path = folder / "params.toml"
    return path if path.is_file() else None


def _read_params(
    folder: Path, pack: pd.DataFrame, classes: pd.DataFrame | None, faults: list[str]
) -> pd.DataFrame:
    """Return the package's parameters with those that the folder says otherwise."""
    rows = {str(row["name"]): row for row in rows_of(pack)}
    path = _path_of_params(folder)
    entries: dict[str, Any] = {}
    if path is not None:
        try:
            entries = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            faults.append(state_fault(path.name, f"a text that is no TOML ({error})", "TOML",
                                      "mend that line"))  # fmt: skip
    own = set() if classes is None else {f"contestable_{c.lower()}" for c in classes["class_id"]}
    for name, entry in entries.items():
        if name not in rows and name not in own:
            near = difflib.get_close_matches(name, [*rows, *own], n=1, cutoff=0.5)
            then = f"did you mean {near[0]}?" if near else "remove it"
            faults.append(state_fault(f"params.toml ({name})", "an unknown parameter",
                                      "one of the package's", then))  # fmt: skip
        else:
            rows[name] = _merge_param(name, rows.get(name), entry, faults)
    table = pd.DataFrame(list(rows.values()), columns=list(pack.columns))
    table.index = pd.Index(range(1, len(table) + 1), name="row")
    table.attrs["file"] = "params.toml"
    return table


def _merge_param(
    name: str, pack: dict[str, Any] | None, entry: object, faults: list[str]
) -> dict[str, Any]:
    """Return a parameter as the folder says it; what it does not say is the package's."""
    where = f"params.toml ({name})"
    blank = {"name": name, "label": name, "unit": "share", "grade": "assumed", "source": "",
             "meaning": "own"}  # fmt: skip
    base = dict(pack or blank)
    if not isinstance(entry, dict):
        faults.append(state_fault(where, repr(entry), "an entry with value, low, high",
                                  f"write [{name}] and below it value = …"))  # fmt: skip
        return base
    known = ("label", "value", "low", "high", "unit", "grade", "source", "meaning")
    faults += [
        state_fault(f"{where}, key {key}", "an unknown key", f"one of {', '.join(known)}",
                    "remove it")
        for key in entry if key not in known
    ]  # fmt: skip
    numbers: dict[str, Any] = {
        key: entry.get(key, entry.get("value")) for key in ("value", "low", "high")
    }
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers.values()):
        got = ", ".join(f"{k} {n!r}" for k, n in numbers.items())
        faults.append(state_fault(where, got, "numbers", "correct it"))
        return base
    if not numbers["low"] <= numbers["value"] <= numbers["high"]:
        got = " / ".join(str(numbers[k]) for k in ("low", "value", "high"))
        faults.append(state_fault(where, got, "low <= value <= high", "put the three in order"))
    words = {key: str(entry[key]) for key in known if key in entry and key not in numbers}
    own = {"grade": "assumed"} if pack is not None else {}
    return {**base, **own, **words, **{k: float(n) for k, n in numbers.items()}}
