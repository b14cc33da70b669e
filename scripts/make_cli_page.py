"""Write docs/reference/cli.md from the commands themselves; a test keeps the two in step."""

from pathlib import Path

from typer.testing import CliRunner

from serai.cli.commands import RESULTS, app
from serai.data.scenarios import list_shipped

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "cli.md"
COMMANDS = ("answer", "run", "compare", "backcast", "sensitivity", "frontier",
            "invest", "conditions", "tariff", "frictions", "storage", "ensemble",
            "vectors", "events", "brief", "export", "import",
            "scenarios", "routes",
            "select", "skim", "evidence", "check", "new", "extend", "triplogs",
            "assign", "solve", "serve", "schema")  # fmt: skip

HEAD = """\
# The command line

Made by `python -m scripts.make_cli_page`; a test keeps it in step with the code.

Data go to standard output, talk and progress to standard error. With `--json` a command prints
exactly one JSON document, described by `serai schema NAME` for NAME in {names}.

| exit code | meaning |
|---|---|
| 0 | done; demand that a closure leaves unserved is an answer, no error |
| 1 | a fault of Serai itself; `SERAI_TRACEBACK=1` shows where |
| 2 | what was typed, or a scenario, is wrong |
| 3 | a table is wrong |
| 4 | nothing connects the places |
| 5 | the equilibrium was not reached; the best point found was printed |
| 6 | a bare problem that nobody can solve: its resources cannot carry its demand |
| 130 | interrupted; nothing half-written is left |
| 141 | whoever read standard output has gone |
"""

SCENARIOS = """\
## The scenarios that ship with the data

`serai scenarios NAME` tells why the numbers of one are what they are. A TOML file of your own
may stand for a name: [its keys](scenario.md).

| name | what |
|---|---|
"""


def show_help(*words: str) -> str:
    """Return the help of a command as it stands on an 80 column terminal."""
    found = CliRunner().invoke(
        app, [*words, "--help"], prog_name="serai", terminal_width=80, catch_exceptions=False
    )
    return "\n".join(line.rstrip() for line in found.stdout.strip().splitlines())


def render() -> str:
    """Return the page."""
    names = ", ".join(f"`{name}`" for name in RESULTS)
    helps = (f"## serai {name}\n\n```text\n{show_help(name)}\n```\n" for name in COMMANDS)
    rows = "".join(f"| `{one.name}` | {one.title} |\n" for one in list_shipped())
    head = HEAD.format(names=names) + f"\n```text\n{show_help()}\n```\n"
    return "\n".join([head, *helps, SCENARIOS + rows])


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
    print(f"wrote {PAGE}")
