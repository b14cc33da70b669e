"""What making, extending and calibrating a network prints, and the files it leaves."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from serai.domain.own import ExtendResult, NewResult
from serai.domain.triplogs import TripLogResult
from serai.errors import DataError, ScenarioError, state_fault
from serai.outputs.columns import Column, print_table
from serai.outputs.numbers import say_plain

__all__ = ["print_extension", "print_new", "print_trip_log", "require_new", "write_folder",
           "write_scenario"]  # fmt: skip


MANY_FILES: Final = 15
"""So many files are counted, not named."""


def require_new(folder: Path) -> None:
    """
    Refuse a folder that holds anything already.

    Parameters
    ----------
    folder
        Where files are to go.

    Raises
    ------
    ScenarioError
        It is a file, or not empty, or cannot be made.
    """
    home = next((one for one in folder.absolute().parents if one.exists()), folder)
    if folder.is_dir() and any(folder.iterdir()):
        got = "a folder that is not empty"
    elif folder.exists() and not folder.is_dir():
        got = "a file"
    elif not home.is_dir() or not os.access(home, os.W_OK):
        got = f"a path in {home}, where nothing may be written"
    else:
        return
    wanted = "a folder that does not exist yet, or is empty"
    raise ScenarioError(state_fault(str(folder), got, wanted, "choose another name"))


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """
    Write a folder in one step: all of its files, or nothing.

    Parameters
    ----------
    folder
        As `require_new` accepts it.
    files
        What each will hold, by its path inside the folder.

    Raises
    ------
    DataError
        It cannot be written; nothing is left behind.
    """
    require_new(folder)
    made = [one for one in folder.absolute().parents if not one.exists()]
    draft = folder.absolute().with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        for name, data in files.items():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if folder.is_dir():
            folder.rmdir()
        draft.rename(folder.absolute())
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        for one in made:
            if one.is_dir() and not any(one.iterdir()):
                one.rmdir()
        if isinstance(error, OSError):
            wanted = "a folder that can be written"
            raise DataError(state_fault(str(folder), str(error), wanted, "try another")) from error
        raise


def print_new(console: Console, result: NewResult) -> None:
    """
    Print what was made, and what to type next.

    Parameters
    ----------
    console
        Where to print.
    result
        The folder.
    """
    console.print(Text(f"\n{result.folder}: {len(result.files)} files"), soft_wrap=True)
    if len(result.files) < MANY_FILES:
        console.print(Text(f"  {', '.join(result.files)}"))
    _print_next(console, result.next)


def print_extension(console: Console, result: ExtendResult) -> None:
    """
    Print what was added, and how it joins what was there.

    Parameters
    ----------
    console
        Where to print.
    result
        The folder.
    """
    added = ", ".join(f"{name} {n:,}" for name, n in result.added.items())
    console.print(Text(f"\n{result.folder}: rows added: {added}."), soft_wrap=True)
    rows = [
        [one.place_id, f"{one.nearest} ({one.name})", say_plain(one.km),
         "yes" if one.is_joined else "no"]
        for one in result.snaps
    ]  # fmt: skip
    columns = [Column("New place", "words"), Column("nearest", "names"), Column("km"),
               Column("joined", "words")]  # fmt: skip
    print_table(console, "Where new places lie", columns, rows)
    for text in result.warnings:
        console.print(Text(f"warning {text}"), soft_wrap=True)
    _print_next(console, result.next)


def _print_next(console: Console, lines: list[str]) -> None:
    console.print(Text("\nNext:", style="bold"))
    for line in lines:
        console.print(Text(f"  {line}"), soft_wrap=True)


def print_trip_log(console: Console, result: TripLogResult) -> None:
    """
    Print indicators and proposals of a trip log.

    Parameters
    ----------
    console
        Where to print.
    result
        What the log says.
    """
    rows = [
        [one.indicator, one.mode, one.where, str(one.n), say_plain(one.mean),
         say_plain(one.median), f"{say_plain(one.low)}–{say_plain(one.high)}",
         "" if one.cv is None else f"{one.cv:.2f}", one.unit]
        for one in result.indicators
    ]  # fmt: skip
    columns = [
        Column("TFI", "words"), Column("mode", "words"), Column("where", "names"), Column("n"),
        Column("mean"), Column("median"), Column("range"), Column("cv"), Column("unit", "words"),
    ]  # fmt: skip
    print_table(console, f"{result.trips} trips", columns, rows)
    rows = [
        [one.link_id, str(one.n), say_plain(one.logged_h), say_plain(one.elsewhere_h),
         say_plain(one.dwell_h), f"{say_plain(one.dwell_low_h)}–{say_plain(one.dwell_high_h)}",
         say_plain(one.dwell_now_h)]
        for one in result.borders
    ]  # fmt: skip
    columns = [
        Column("Link", "names"), Column("n"), Column("logged\nh"), Column("less\nh"),
        Column("dwell\nh"), Column("range\nh"), Column("now\nh"),
    ]  # fmt: skip
    print_table(console, "Dwell at borders, observed: logged less what links have", columns, rows)
    for one in result.borders:
        if one.warning:
            console.print(Text(f"\nwarning ({one.link_id}): {one.warning}."), soft_wrap=True)
    for text in result.unused:
        console.print(Text(f"\nnot used: {text}."), soft_wrap=True)
    if result.settings:
        told = " ".join(f"--set {one}" for one in result.settings)
        console.print(Text(f"\nTo use them: serai run {told}"), soft_wrap=True)
    console.print(Text(f"\nSerai {result.version}, data {result.data_version}.", style="dim"))


def write_scenario(name: str, result: TripLogResult) -> bytes:
    """
    Return a scenario file that sets the dwell which a trip log proposes.

    Parameters
    ----------
    name
        Name of the log.
    result
        What the log says.
    """
    lines = [f'title = "Dwell at borders as logged in {name}"', ""]
    for one in result.borders:
        ends = f"{one.dwell_low_h:g} to {one.dwell_high_h:g} h"
        lines += [
            f"# {one.grade}: n = {one.n}, logged {one.logged_h:g} h, dwell ranges from {ends}",
            "[[shocks]]", 'kind = "change"', f'links = ["{one.link_id}"]',
            'quantity = "dwell_h"', 'operation = "set"', f"value = {one.dwell_h:g}", "",
        ]  # fmt: skip
    return "\n".join(lines).encode()
