"""Print the reference page of what commands print with --json, from the models they print."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from serai.cli.commands import RESULTS

__all__ = ["render"]

Schema = Mapping[str, Any]

HEAD: Final = """\
# What commands print with `--json`

Made by `python -m scripts.make_pictures --pages` from the models that commands print; a test keeps
it in step with the code.

Exactly one JSON document on standard output. `serai schema NAME` prints the schema (JSON Schema
2020-12) to check it with; keys that the schema does not know do not occur. A number that does not
exist is `null`; units stand in names or in brackets.
[How to read one in a program of your own](../how-to/read-json.md).

| command | document |
|---|---|
"""


def render() -> str:
    """Return the page."""
    schemas = {
        name: model.model_json_schema(mode="serialization") for name, model in RESULTS.items()
    }
    parts = _merge_parts(schemas)
    uses = Counter(part for schema in schemas.values() for part in schema.get("$defs", {}))
    shared = sorted(part for part, n in uses.items() if n > 1)
    lines = [
        f"| `serai {name}` | [{schema['title']}](#{schema['title'].lower()}) |"
        for name, schema in schemas.items()
    ]
    told: set[str] = set(shared)
    for schema in schemas.values():
        if schema["title"] in told:
            continue
        told.add(schema["title"])
        lines += ["", *_show(schema["title"], schema, 2)]
        for part in schema.get("$defs", {}):
            if part not in told:
                told.add(part)
                lines += ["", *_show(part, parts[part], 3)]
    lines += ["", "## Parts that several documents have"]
    for part in shared:
        lines += ["", *_show(part, parts[part], 3)]
    return HEAD + "\n".join(lines) + "\n"


def _merge_parts(schemas: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return the parts of all documents by name; one name means one thing."""
    parts: dict[str, Schema] = {}
    for schema in schemas.values():
        for name, part in schema.get("$defs", {}).items():
            if parts.setdefault(name, part) != part:
                raise ValueError(f"two parts of documents are called {name}")
    return parts


def _show(name: str, schema: Schema, level: int) -> Iterator[str]:
    """Yield heading, meaning and fields of a part."""
    yield f"{'#' * level} {name}"
    yield ""
    if "description" in schema:
        yield _flat(schema["description"])
        yield ""
    if "properties" not in schema:
        yield f"Values: {_say_type(schema)}."
        return
    yield "| key | value | meaning |"
    yield "|---|---|---|"
    for key, field in schema["properties"].items():
        yield f"| `{key}` | {_say_type(field)} | {_flat(field.get('description', ''))} |"


def _flat(text: str) -> str:
    """Return a text that fits a cell of a table."""
    return " ".join(text.split()).replace("|", r"\|").replace("[", r"\[").replace("]", r"\]")


def _say_type(field: Schema) -> str:  # noqa: PLR0911 - one for each kind of schema
    """Return what kind of value a key has."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in field or "oneOf" in field:
        return " or ".join(map(_say_type, field.get("anyOf", field.get("oneOf", ()))))
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    kind = field.get("type", "")
    if kind == "array":
        return f"list: {_say_type(field.get('items', {})) or 'anything'}"
    if kind == "object" and isinstance(inner := field.get("additionalProperties"), dict):
        return f"object: {_say_type(inner) or 'anything'} by id"
    return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(kind, kind)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(render())
