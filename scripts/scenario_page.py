"""Print the reference page of scenario files: every key, from the models that read them."""

import sys
import tomllib
from pathlib import Path
from typing import Final, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from serai.domain.scenario import (
    ChangeLinks,
    CloseLinks,
    CloseTransit,
    Scenario,
    SetYearInput,
    Written,
)

__all__ = ["render"]

EXAMPLE: Final = Path(__file__).parents[1] / "docs" / "examples" / "saryagash-closed.toml"

HEAD: Final = """\
# The scenario file

Made by `python -m scripts.make_pictures --pages` from the models that read it; a test keeps it in
step with the code.

A scenario is a [TOML](https://toml.io) file; wherever a command takes the name of a scenario it
takes the path of such a file. A misspelt key, an unknown id or a value out of range is told with
its place, and nothing is run. What the world does stands under `shocks`, what somebody decides and
pays for under `changes`.

This one closes a border ([how](../how-to/close-a-border.md)):

```toml
{example}```

A link has to fit every key of a shock or a change; within a key, any one of its entries.
"""

KEYS: Final[dict[str, type[Written]]] = {
    "Keys of a scenario": Scenario,
    '`[[shocks]]` or `[[changes]]` with `kind = "close"`': CloseLinks,
    '`[[shocks]]` or `[[changes]]` with `kind = "change"`': ChangeLinks,
    '`[[shocks]]` with `kind = "close_transit"`': CloseTransit,
    '`[[shocks]]` with `kind = "year_input"`': SetYearInput,
}


def render() -> str:
    """Return the page."""
    example = EXAMPLE.read_text("utf-8")
    Scenario.model_validate(tomllib.loads(example))
    return "\n".join([HEAD.format(example=example), *map(_show_keys, KEYS)])


def _show_keys(title: str) -> str:
    """Return the keys of a scenario, a shock or a change as a table."""
    lines = [f"## {title}", "", "| key | values | when left out | meaning |", "|---|---|---|---|"]
    for name, field in KEYS[title].model_fields.items():
        if name != "kind":
            absent = "must be there" if field.is_required() else _show_default(field.default)
            told = " ".join((field.description or "").split())
            lines.append(f"| `{name}` | {_show_values(field)} | {absent} | {told} |")
    return "\n".join([*lines, ""])


def _show_values(field: FieldInfo) -> str:
    """Return which values a key takes, in the words of TOML."""
    return " or ".join(dict.fromkeys(_name_types(field.annotation)))


def _name_types(hint: object) -> list[str]:
    if get_origin(hint) is Literal:
        return [f'`"{value}"`' for value in get_args(hint)]
    if get_origin(hint) is tuple:
        item = get_args(hint)[0]
        return ["list of texts" if item is str else "tables"]
    plain = {str: "text", int: "whole number", float: "number", bool: "`true`, `false`"}
    if hint in plain:
        return [plain[hint]]  # type: ignore[index]
    return [name for part in get_args(hint) if part is not type(None) for name in _name_types(part)]


def _show_default(value: object) -> str:
    """Return a default as TOML has it; what TOML cannot say is nothing."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if value is None or value in ((), "", {}):
        return "nothing"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(render())
