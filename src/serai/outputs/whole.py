"""Files that are written whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from serai.errors import DataError, ScenarioError, state_fault

__all__ = ["require_all_writable", "require_writable", "write_csv", "write_together",
           "write_whole"]  # fmt: skip


def require_writable(path: Path | None, option: str) -> None:
    """
    Refuse a path that no file can be written to, before the work begins.

    Parameters
    ----------
    path
        Where the file is to go; None: nowhere.
    option
        The option that it was given with.

    Raises
    ------
    ScenarioError
        It is a folder, or lies where nothing may be written.
    """
    if path is None:
        return
    home = next((folder for folder in path.absolute().parents if folder.exists()), path)
    if path.is_dir():
        got = "a folder"
    elif not home.is_dir():
        got = f"a path through {home.name}, which is no folder"
    elif not os.access(path if path.exists() else home, os.W_OK):
        got = "a path that may not be written to"
    else:
        return
    raise ScenarioError(state_fault(f"{option} {path}", got, "a file name", "choose another path"))


def require_all_writable(paths: Mapping[str, Path | None]) -> None:
    """
    Refuse paths that no file can be written to, or that two files would share.

    Parameters
    ----------
    paths
        Where each file is to go, by the option that it was given with; None: nowhere.

    Raises
    ------
    ScenarioError
        Names every path that is not sound.
    """
    faults: list[str] = []
    taken: dict[Path, str] = {}
    for option, path in paths.items():
        if path is None:
            continue
        try:
            require_writable(path, option)
        except ScenarioError as error:
            faults += error.faults
        first = taken.setdefault(path.absolute(), option)
        if first != option:
            got = f"the file of {first}"
            faults.append(state_fault(f"{option} {path}", got, "a file of its own", "rename one"))
    if faults:
        raise ScenarioError(faults)


def write_whole(path: Path, data: bytes) -> None:
    """
    Write a file in one step: what stood there before stays until all is written.

    Parameters
    ----------
    path
        File to write; its folder is made if need be.
    data
        What it will hold.

    Raises
    ------
    OSError
        It cannot be written; nothing is left behind.
    """
    made = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        os.replace(draft, path)  # noqa: PTH105 - says at a glance that it replaces in one step
    except BaseException:
        _remove(draft, made)
        raise


def write_together(files: Mapping[Path, bytes]) -> None:
    """
    Write several files: none is replaced before all are written beside their places.

    Parameters
    ----------
    files
        What each will hold; folders are made if need be.

    Raises
    ------
    DataError
        One of them cannot be written; nothing is left behind.
    """
    drafts: dict[Path, Path] = {}
    made: list[Path] = []
    try:
        for path, data in files.items():
            made += [one for one in (path.parent, *path.parent.parents) if not one.exists()]
            path.parent.mkdir(parents=True, exist_ok=True)
            drafts[path] = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
            drafts[path].write_bytes(data)
        for path, draft in drafts.items():
            os.replace(draft, path)  # noqa: PTH105 - says at a glance that it replaces in one step
    except BaseException as error:
        inner_first = sorted(dict.fromkeys(made), key=lambda one: -len(one.parts))
        for draft in drafts.values():
            _remove(draft, [])
        if drafts:
            _remove(next(iter(drafts.values())), inner_first)
        if not isinstance(error, OSError):
            raise
        got = str(error.strerror or error)
        where = str(getattr(error, "filename", None) or next(iter(files)))
        raise DataError(
            state_fault(where, got, "files that can be written", "try another path")
        ) from error


def _remove(draft: Path, made: Sequence[Path]) -> None:
    """Take back a draft and the folders that were made for it, innermost first."""
    try:
        draft.unlink(missing_ok=True)
        for folder in made:
            if folder.is_dir():
                folder.rmdir()
    except OSError:
        return


def write_csv(path: Path, names: Iterable[str], rows: Iterable[Sequence[object]]) -> None:
    """
    Write a table as CSV.

    Parameters
    ----------
    path
        File to write; an old one is replaced.
    names
        Names of the columns.
    rows
        The cells; None is written as nothing.

    Raises
    ------
    DataError
        The file cannot be written; nothing is left behind.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    try:
        write_whole(path, text.getvalue().encode("utf-8"))
    except OSError as error:
        wanted = "a file that can be written"
        raise DataError(state_fault(str(path), str(error), wanted, "try another")) from error
