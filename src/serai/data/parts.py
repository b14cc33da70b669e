"""A data set of Parquet parts with a manifest, on disk or at any address, that can be gone on."""

from __future__ import annotations

import contextlib
import io
import json
import posixpath
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem

from serai.errors import ScenarioError, state_fault

__all__ = ["MANIFEST", "Parts"]

MANIFEST: Final = "manifest.json"
DRAFT: Final = ".part-"
"""How the name of a file begins that is being written; one that is left behind is torn."""


class Parts:
    """
    Tables in numbered parts below one folder, each part written whole or not at all.

    Parameters
    ----------
    address
        A folder, or an address that fsspec knows (``s3://…``, ``memory://…``).
    study
        What makes two studies the same: it is kept in the manifest.
    resume
        Go on with what is there.

    Raises
    ------
    ScenarioError
        The address is not known or cannot be written to, holds something else or, without
        `resume`, a study, or is one of another study.
    """

    def __init__(self, address: str, study: Mapping[str, Any], *, resume: bool) -> None:
        self.address, self._study = address, dict(study)
        self._said = f"--out {address}"
        with self._refused():
            try:
                self._fs, self._root = fsspec.core.url_to_fs(address)
            except (ValueError, ImportError) as fault:
                got, wanted = f"an address that cannot be used ({fault})", "a folder or an address"
                raise ScenarioError(
                    state_fault(self._said, got, wanted, "choose another, or install its driver")
                ) from fault
            if self._fs.isfile(self._root):
                raise ScenarioError(
                    state_fault(self._said, "a file", "a folder", "choose another address")
                )
            self._begin(resume=resume)

    def _begin(self, *, resume: bool) -> None:
        held = self._names("")
        if MANIFEST in held:
            self._require_same(resume=resume)
        elif [name for name in held if not name.startswith(DRAFT)]:
            got = "a folder that holds something else"
            raise ScenarioError(
                state_fault(self._said, got, "a new or empty folder", "choose another")
            )
        else:
            made = self._missing_folders()
            try:
                self._write(MANIFEST, json.dumps(self._study, indent=1, sort_keys=True).encode())
            except BaseException:
                with contextlib.suppress(OSError):
                    for folder in made:
                        Path(folder).rmdir()
                raise
        for folder in ("", *sorted(self._folders())):
            for name in self._names(folder):
                if name.startswith(DRAFT):
                    self._fs.rm_file(self._path(folder, name))

    def _missing_folders(self) -> list[str]:
        """Return the folders on this machine that writing will make, innermost first."""
        if not isinstance(self._fs, LocalFileSystem):
            return []
        root = Path(self._root)
        return [str(folder) for folder in (root, *root.parents) if not folder.exists()]

    def _require_same(self, *, resume: bool) -> None:
        if not resume:
            got, then = (
                "a folder that holds an ensemble",
                "add --resume to go on, or choose another",
            )
            raise ScenarioError(state_fault(self._said, got, "a new or empty folder", then))
        try:
            known = json.loads(self._fs.cat_file(self._path("", MANIFEST)))
        except ValueError as fault:
            got = f"a manifest that cannot be read ({fault})"
            raise ScenarioError(
                state_fault(self._said, got, "the one that was written", "choose another folder")
            ) from fault
        mine = json.loads(json.dumps(self._study))
        differ = sorted(key for key in {*known, *mine} if known.get(key) != mine.get(key))
        if differ:
            got = f"an ensemble of another {', another '.join(differ)}"
            then = "choose another folder, or the options that it was begun with"
            raise ScenarioError(state_fault(self._said, got, "one of this very study", then))

    @contextlib.contextmanager
    def _refused(self) -> Iterator[None]:
        """Turn what a file system says into one message."""
        try:
            yield
        except OSError as fault:
            got = f"an address that cannot be used ({fault.strerror or fault})"
            wanted, then = "a folder that can be written to", "make room, or choose another address"
            raise ScenarioError(state_fault(self._said, got, wanted, then)) from fault

    def _path(self, folder: str, name: str) -> str:
        return (
            posixpath.join(self._root, folder, name) if folder else posixpath.join(self._root, name)
        )

    def _names(self, folder: str) -> list[str]:
        self._fs.invalidate_cache()
        try:
            listed = self._fs.ls(self._path(folder, "") if folder else self._root, detail=False)
        except FileNotFoundError:
            return []
        return sorted(posixpath.basename(str(one).rstrip("/")) for one in listed)

    def _folders(self) -> list[str]:
        return [name for name in self._names("") if self._fs.isdir(self._path("", name))]

    def _write(self, name: str, data: bytes, folder: str = "") -> None:
        """Write a file under a draft's name, then give it its own in one step."""
        draft = self._path(folder, f"{DRAFT}{secrets.token_hex(4)}")
        self._fs.makedirs(posixpath.dirname(draft), exist_ok=True)
        try:
            self._fs.pipe_file(draft, data)
            self._fs.mv(draft, self._path(folder, name))
        except BaseException:
            with contextlib.suppress(OSError):
                self._fs.rm_file(draft)
            raise

    # ------------------------------------------------------------------ parts

    def numbers(self, table: str) -> list[int]:
        """
        Return the numbers of the parts of a table that are whole, in order.

        Parameters
        ----------
        table
            Name of the table.
        """
        matches = (re.fullmatch(r"part-(\d+)\.parquet", name) for name in self._names(table))
        return sorted(int(match[1]) for match in matches if match)

    def read(self, table: str, number: int, columns: list[str] | None = None) -> pa.Table:
        """
        Return one part.

        Parameters
        ----------
        table
            Name of the table.
        number
            Number of the part.
        columns
            Columns to read; all if left out.

        Raises
        ------
        ScenarioError
            The part cannot be read.
        """
        path = self._path(table, f"part-{number:06d}.parquet")
        with self._refused():
            data = io.BytesIO(self._fs.cat_file(path))
            try:
                # A thread of the library's own may outlive the program and abort it at its end
                # (apache/arrow 34314): one thread reads.
                return pq.read_table(data, columns=columns, use_threads=False, pre_buffer=False)
            except pa.ArrowInvalid as fault:
                got, wanted = f"a spoilt file ({fault})", "the one that was written"
                raise ScenarioError(
                    state_fault(path, got, wanted, "delete it and go on with --resume")
                ) from fault

    def write(self, table: str, number: int, rows: pa.Table) -> None:
        """
        Write one part.

        Parameters
        ----------
        table
            Name of the table.
        number
            Number of the part.
        rows
            What it holds.

        Raises
        ------
        ScenarioError
            It cannot be written; what was there before is whole.
        """
        data = io.BytesIO()
        pq.write_table(rows, data, compression="zstd")
        with self._refused():
            self._write(f"part-{number:06d}.parquet", data.getvalue(), table)
