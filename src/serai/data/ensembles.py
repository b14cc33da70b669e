"""Files that say what may go wrong: read, and checked as a whole."""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from serai.data.load import PACK
from serai.domain.disruptions import EnsembleSpec
from serai.errors import ScenarioError, state_fault

__all__ = ["SHIPPED_ENSEMBLES", "read_ensemble"]

SHIPPED_ENSEMBLES: Final = PACK / "ensembles"
"""The lists of disruptions that ship with the package."""


def read_ensemble(text: str) -> EnsembleSpec:
    """
    Return the disruptions that a name or a path means.

    Parameters
    ----------
    text
        Name of a list that ships with the package, or path of a TOML file.

    Returns
    -------
    spec
        Named after its file where it names itself not.

    Raises
    ------
    ScenarioError
        There is no such file, or it has faults; all of them are named.
    """
    names = sorted(file.stem for file in SHIPPED_ENSEMBLES.glob("*.toml"))
    if text in names:
        return _read_file(SHIPPED_ENSEMBLES / f"{text}.toml")
    path = Path(text)
    if path.suffix.lower() == ".toml" or len(path.parts) > 1 or path.is_file():
        return _read_file(path)
    near = difflib.get_close_matches(text, names, n=3, cutoff=0.4)
    then = f"did you mean {' or '.join(near)}?" if near else "name one of them"
    wanted = f"the path of a TOML file, or one that ships: {', '.join(names)}"
    raise ScenarioError(state_fault("ensemble", repr(text), wanted, then))


def _read_file(path: Path) -> EnsembleSpec:
    """Read one file; every fault of it is in the one error."""
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        got = f"a file that cannot be read ({error.strerror or error})"
        raise ScenarioError(
            state_fault(str(path), got, "a list of disruptions", "check the path and its rights")
        ) from error
    except ValueError as error:
        raise ScenarioError(
            state_fault(path.name, f"a text that is no TOML ({error})", "TOML", "mend that line")
        ) from error
    document.setdefault("name", re.sub(r"[^a-z0-9_-]+", "-", path.stem.lower()).strip("-_"))
    try:
        return EnsembleSpec.model_validate(document)
    except ValidationError as error:
        found: list[dict[str, Any]] = [dict(one) for one in error.errors(include_url=False)]
        # A list counts as short by what is wrong inside it.
        inside = {one["loc"][:n] for one in found for n in range(len(one["loc"]))}
        told = [
            _say(document, one)
            for one in found
            if one["type"] != "too_short" or one["loc"] not in inside
        ]
        raise ScenarioError([f"{path.name}: {fault}" for fault in dict.fromkeys(told)]) from error


def _say(document: dict[str, Any], error: dict[str, Any]) -> str:
    """Return one fault: where, got, wanted, next."""
    where, at = _place(document, error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return state_fault(where, "an unknown key", "a key of the format", "correct or remove it")
    if kind == "missing":
        return state_fault(f"{where}.{error['loc'][-1]}", "no such key", "a value", "add it")
    if kind == "value_error":
        return f"{where}: {context['error']}; correct it"
    wanted = {
        "greater_than_equal": "{ge:g} or more",
        "greater_than": "more than {gt:g}",
        "less_than_equal": "{le:g} or less",
        "literal_error": "one of {expected}",
        "too_short": "at least one",
        "string_pattern_mismatch": "lower-case letters, digits, - and _",
        "union_tag_invalid": "one of {expected_tags}",
    }.get(
        kind, str(error["msg"]).removeprefix("Input should be ").replace("{", "").partition(",")[0]
    )
    return state_fault(where, repr(at)[:60], wanted.format(**context), "correct it")


def _place(document: Any, loc: tuple[str | int, ...]) -> tuple[str, Any]:  # noqa: ANN401
    """Name a place of the file, disruptions by their id, and return what stands there."""
    words: list[str] = []
    at = document
    for part in loc:
        is_key = isinstance(at, dict) and part in at
        is_item = isinstance(at, list) and isinstance(part, int) and part < len(at)
        if is_key or is_item:
            at = at[part]
            name = at.get("id") if isinstance(at, dict) else None
            words.append(str(name or part))
    return ".".join(words) or "the file", at
