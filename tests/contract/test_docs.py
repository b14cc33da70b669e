"""What the documents promise: commands that run, links that lead somewhere, numbers that hold."""

import importlib.util
import io
import json
import re
import runpy
import shlex
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import TypeAdapter
from rich.console import Console
from typer.main import get_command

import serai as package
from scripts import house, make_gallery, python_page
from scripts.excerpts import Block, cut_excerpt, find_blocks, refresh_blocks
from scripts.make_gallery import cut_maps
from scripts.make_pictures import BEGIN, END, MADE, VERSIONS, describe_answer, read_answer
from serai import DATA_VERSION, __version__
from serai.cli import commands
from serai.data.answers import read_stored as read_stored_studies
from serai.data.load import PACK, read_world
from serai.data.scenarios import list_shipped, read_scenario
from serai.data.tables import read_tables
from serai.domain.results import AnswerResult, Record
from serai.domain.vectors import VectorsResult
from serai.domain.world import World
from serai.outputs import numbers
from serai.outputs.page import is_stale
from serai.outputs.vectors import print_vectors
from serai.studies import (
    cases,
    conditions,
    draws,
    frontier,
    game,
    invest,
    invest_search,
    legs,
    market,
    prim,
    sets,
    states,
)
from serai.studies.answer import OTHER_YEARS, OUTLOOK_YEARS, answer_question
from serai.studies.words import HALF, WHOLE
from tests.command import serai
from tests.once import solved_once

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "src").rglob("*.md")),
)
SLOW: Final = ("answer", "run", "compare", "export")
"""Commands that solve an equilibrium."""

ROUNDING: Final = 0.02
"""[-] Numbers shown have three figures, and prices are solved to a gap, not to the last digit."""

SHARE_DRIFT: Final = 0.005
"""[-] How far the stored answer's central shares may lie from a fresh one's."""

NUMBER: Final = re.compile(r"[−+-]?\d[\d,]*(?:\.\d+)?")


def name_page(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# ------------------------------------------------------------------ commands


def list_commands() -> list[object]:
    """Return the console blocks of all pages, those with the same commands as one test."""
    found: dict[tuple[str, ...], list[tuple[str, Block]]] = {}
    for page in PAGES:
        for block in find_blocks(page.read_text("utf-8")):
            found.setdefault(block.commands, []).append((name_page(page), block))
    return [
        pytest.param(
            blocks,
            id="; ".join(commands),
            marks=[pytest.mark.slow] if any(shlex.split(c)[1] in SLOW for c in commands) else [],
        )
        for commands, blocks in found.items()
    ]


@pytest.fixture
def caught(monkeypatch: pytest.MonkeyPatch) -> list[AnswerResult]:
    """Return a list that fills with the answers that a command finds."""
    found: list[AnswerResult] = []

    def keep(world: World, **settings: Any) -> AnswerResult:  # noqa: ANN401 - what the command asks
        answer = answer_question(world, **settings)
        found.append(answer)
        return answer

    monkeypatch.setattr(commands, "answer_question", keep)
    return found


@pytest.mark.parametrize("blocks", list_commands())
def test_a_command_prints_what_its_pages_show(
    blocks: list[tuple[str, Block]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caught: list[AnswerResult],
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for command in blocks[0][1].commands:
        words = shlex.split(command)
        assert words[0] == "serai", f"{command}: pages show commands of ours"
        # What a command writes, and what reads it again, stays out of the project.
        is_own = words[1] in ("answer", "export", "new") or any(
            word.startswith("mine") for word in words
        )
        monkeypatch.chdir(tmp_path if is_own else ROOT)
        with solved_once():
            outcome = serai(*words[1:])
        assert outcome.code == 0, outcome.err
        assert outcome.out
    for page, block in blocks:
        shown = cut_excerpt(outcome.out, block.shown)
        assert len(shown) == len(block.output), page + "\n".join(shown)
        for ours, theirs in zip(shown, block.output, strict=True):
            assert is_alike(ours, theirs), f"printed: {ours}\non {page}: {theirs}"
    for fresh in caught:
        assert list_shares(fresh) == pytest.approx(list_shares(read_stored()), abs=SHARE_DRIFT)
        written = tmp_path / "serai-answer.html"
        assert outcome.err == f"The page is at {written}\n"
        assert list(tmp_path.iterdir()) == [written]
        require_page(written.read_text("utf-8"), fresh)


def require_page(text: str, answer: AnswerResult) -> None:
    """Hold what a minister finds on the page of an answer, and that it needs no network."""
    for what in ("Divertible flow", "Flows before and after", "Time and cost", "What binds",
                 "What it takes", "What would change", "cannot tell"):  # fmt: skip
        assert what in text, what
    assert text.count("<svg") > 10
    assert answer.record.data_version in text
    assert re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?https?:", text) == []
    # The maps of the gallery are those of the page that the answer writes.
    maps = cut_maps(text)
    assert set(maps) == set(make_gallery.MAPS)
    for name, svg in maps.items():
        kept = (ROOT / "docs/pictures" / name).read_text("utf-8")
        assert list_words(svg) == list_words(kept), f"{name}: make_gallery --solve maps"


# ------------------------------------------------------------------ commands that are not run

SHELL: Final = ("cd", "git", "pip", "dask", ".")
"""Words of a shell that begin a line which is not ours."""


def list_shell_lines() -> list[object]:
    """Return the lines that a reader types and no test runs: too long, or too far away."""
    return [
        pytest.param(line, id=f"{name_page(page)}: {line}")
        for page in PAGES
        for body in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL)
        for line in body.splitlines()
    ]


@pytest.mark.parametrize("line", list_shell_lines())
def test_a_line_that_is_not_run_could_be(line: str) -> None:
    for command in line.split(" | "):
        name, *words = shlex.split(command)
        if name == "serai":
            group = get_command(commands.app)
            with group.make_context("serai", words) as outer:
                # Reads words and options as the command itself does, and stops before it.
                sub = getattr(group, "commands", {})[words[0]]
                sub.make_context(words[0], words[1:], parent=outer)
        elif name == "make":
            targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
            assert words[0] in targets
        elif name == "python":
            assert (ROOT / words[0]).is_file()
        else:
            assert name in SHELL, f"{command}: nobody knows whether it works"


def test_the_program_that_reads_a_quote_is_shown_and_works(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = (root / "docs/examples/quotes.py").read_text("utf-8")
    assert f"```python\n{program}```" in (root / "docs/how-to/read-json.md").read_text("utf-8")
    sheet = serai("routes", "XIAN", "DUISBURG", "--json")
    monkeypatch.setattr("sys.stdin", io.StringIO(sheet.out))
    runpy.run_path(str(root / "docs/examples/quotes.py"))
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "CNSIA to DEDUI, class C_OM"
    assert len(told) == 1 + len(sheet.document()["routes"])


@pytest.mark.parametrize("path", sorted(ROOT.glob("docs/examples/*.toml")), ids=name_page)
def test_a_scenario_of_the_examples_is_the_one_that_pages_show(path: Path) -> None:
    scenario = read_scenario(str(path))
    assert scenario.title
    text = path.read_text("utf-8")
    shown = [page for page in PAGES if f"```toml\n{text}```" in page.read_text("utf-8")]
    assert shown, f"{path.name}: no page shows it as it is"


# ------------------------------------------------------------------ reference and pictures


@pytest.mark.parametrize("name", ["json.md", "scenario.md", "works.md"])
def test_a_reference_page_is_what_the_code_says(root: Path, name: str) -> None:
    module = importlib.import_module(MADE[name])
    kept = (root / "docs/reference" / name).read_text("utf-8")
    assert kept == module.render(), "python -m scripts.make_pictures --pages"


def test_an_interface_has_a_page(root: Path) -> None:
    page = root / "docs/reference/python.md"
    if len(package.__all__) > VERSIONS:
        assert page.read_text("utf-8") == python_page.render()
    else:
        assert not page.exists()
    shown = python_page.render(numbers)
    assert "say_band(low, high, lang=" in shown
    assert "| `low` | [-]. Lower end. |" in shown


def list_words(svg: str) -> list[str]:
    """Return what a picture says; how its lines are written is the library's business."""
    label = re.search(r'aria-label="([^"]*)"', svg) or re.search(r"<title[^>]*>([^<]*)<", svg)
    assert label
    return [label[1], *(" ".join(t.split()) for t in re.findall(r">([^<>]*\w[^<>]*)<", svg))]


def test_the_pictures_are_those_of_what_is_stored(root: Path) -> None:
    for name, svg in make_gallery.draw_pictures().items():
        kept = (root / "docs/pictures" / name).read_text("utf-8")
        assert list_words(svg) == list_words(kept), f"{name}: python -m scripts.make_gallery"


def test_the_gallery_shows_every_picture(root: Path) -> None:
    page = (root / "docs/gallery/index.md").read_text("utf-8")
    assert page == make_gallery.render_page(), "python -m scripts.make_gallery"
    for path in (root / "docs/pictures").glob("*.svg"):
        assert page.count(f"(../pictures/{path.name})") == 1
    for view, files in make_gallery.find_screens().items():
        assert len(files) >= 2, f"{view}: a view is shown at two widths at least"


def test_the_picture_of_the_house_has_every_room(root: Path) -> None:
    rooms = {path.stem for path in (root / "src/serai").iterdir()
             if not path.name.startswith("__") and path.name != "py.typed"}  # fmt: skip
    assert {room for layer in house.list_layers() for room in layer} == rooms


NOTHING = re.compile(r"\d\.\de-[1-9]\d\b")
"""A residual below 1e-9: what is left of it depends on the machine."""


def is_alike(ours: str, theirs: str) -> bool:
    """Say whether two lines have the same words, and the same numbers but for rounding."""
    ours, theirs = NOTHING.sub("0.0e+00", ours), NOTHING.sub("0.0e+00", theirs)
    if NUMBER.sub("#", " ".join(ours.split())) != NUMBER.sub("#", " ".join(theirs.split())):
        return False
    pairs = zip(NUMBER.findall(ours), NUMBER.findall(theirs), strict=True)
    return all(read_number(a) == pytest.approx(read_number(b), rel=ROUNDING, abs=least(b))
               for a, b in pairs)  # fmt: skip


def read_number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def least(text: str) -> float:
    """Return the unit of a number's last digit that is shown."""
    return float(10.0 ** -len(text.partition(".")[2])) * 1.001


def test_lines_that_differ_by_more_than_rounding_are_told_apart() -> None:
    assert is_alike("  middle   59,400  14.0 million", "  middle  59,300   14.1 million")
    assert is_alike("gap 4.0e-15", "gap 0.0e+00")
    assert not is_alike("  middle   59,400", "  middle   54,900")
    assert not is_alike("  middle   59,400", "  south    59,400")
    assert not is_alike("  middle   0.5", "  middle   −0.5")


def test_the_tour_has_every_command(root: Path) -> None:
    shown = {
        shlex.split(command)[1]
        for block in find_blocks((root / "README.md").read_text("utf-8"))
        for command in block.commands
    }
    # `assign` wants a network of the reader's own; `brief` an answer, or its time; `export` and
    # `import` have a page of their own; the others from one minute (`tariff`) to an hour
    # (`sensitivity`).
    untold = {"assign", "brief", "conditions", "ensemble", "export", "extend", "frictions",
              "frontier", "import", "invest", "sensitivity", "serve", "storage", "tariff",
              "triplogs"}  # fmt: skip
    assert shown == set(list_subcommands()) - untold


def test_a_block_is_made_anew_and_nothing_around_it() -> None:
    page = "a\n<!-- shown: two=1 -->\n```console\n$ serai x\nold\n```\nb\n```console\n$ y\n```\n"
    made = refresh_blocks(page, lambda words: f"one\n1\n\ntwo {words[1]}\n2  \n3\n")
    shown = "$ serai x\ntwo x\n2\n  …\n"
    assert made == page.replace("$ serai x\nold\n", shown)
    with pytest.raises(ValueError, match="no section begins with 'four'"):
        cut_excerpt("one\n1\n", "four")


# ------------------------------------------------------------------ the answer as it stands


def read_stored() -> AnswerResult:
    return read_answer((ROOT / "src/serai/data/pack/answer.json").read_text("utf-8"))


def list_shares(answer: AnswerResult) -> dict[str, float]:
    """Return the central shares by case, state and unit."""
    return {
        f"{case.case}/{case.russia}/{unit}": band.central
        for case in answer.cases
        for unit, band in (("TEU", case.share), ("t", case.share_t))
    }


def test_the_numbers_of_the_front_page_are_those_of_the_stored_answer(root: Path) -> None:
    page = (root / "README.md").read_text("utf-8")
    shown = page.split(BEGIN)[1].split(END, maxsplit=1)[0]
    assert shown == describe_answer(read_stored()), "python -m scripts.make_pictures --readme"


def test_the_stored_answer_is_good_and_of_these_versions() -> None:
    answer = read_stored()
    assert answer.certificate.holds()
    assert (answer.record.version, answer.record.data_version) == (__version__, DATA_VERSION)


@pytest.mark.parametrize(
    "path",
    [*sorted(PACK.glob("*.json")), *sorted((ROOT / "docs/pictures").glob("*.json"))],
    ids=name_page,
)
def test_a_stored_study_is_of_the_tables_that_the_model_reads_now(path: Path) -> None:
    stored = json.loads(path.read_text("utf-8"))
    for one in stored if isinstance(stored, list) else [stored]:
        record = Record.model_validate(one["record"])
        assert (record.version, record.data_version) == (__version__, DATA_VERSION)
        assert not is_stale(record, read_world().hashes), f"{path.name}: made from other tables"


def test_the_stored_ropes_are_those_of_the_front_page(root: Path) -> None:
    kept = read_stored_studies(PACK).vectors
    assert kept is not None
    told = io.StringIO()
    print_vectors(Console(file=told, width=80, no_color=True), kept)
    page = (root / "README.md").read_text("utf-8")
    (block,) = [b for b in find_blocks(page) if b.commands == ("serai vectors KAZ",)]
    shown = cut_excerpt(told.getvalue(), block.shown)
    assert all(is_alike(a, b) for a, b in zip(shown, block.output, strict=True)), shown
    drawn = TypeAdapter(list[VectorsResult]).validate_json(
        (root / "docs/pictures/ropes.json").read_text("utf-8")
    )
    (same,) = [one for one in drawn if one.year == kept.year]
    for mine, other in zip(kept.ropes, same.ropes, strict=True):
        assert (mine.dimension, mine.has_data) == (other.dimension, other.has_data)
        held = {s.power: s.share for s in other.shares}
        assert {s.power: s.share for s in mine.shares} == pytest.approx(held, abs=0.01)


# ------------------------------------------------------------------ claims in words


@pytest.fixture(scope="module")
def claims() -> dict[str, str]:
    """Return sentences of the documents, each with the page it stands on."""
    world = read_world()
    tables = read_tables(PACK)
    page = "docs/explain/data.md"

    def count_assumed(name: str) -> int:
        return int((tables[name].grade == "assumed").sum())

    found = {
        f"{len(tables['places'])} places, {len(tables['links']):,} directed links, "
        f"{len(world.zones.ids)} zones, {len(world.classes.ids)} commodity classes, "
        f"{len(world.projects.ids)} projects, {len(world.measures.ids)} soft measures": "README.md",
        "Four numbers are estimated on fourteen totals of 2019–2023": "README.md",
        f"{count_assumed('links'):,} of the link rows, {count_assumed('resources')} of the "
        f"resources and {count_assumed('effects')} of the effects are assumed": page,
        f"| `resources` | {len(tables['resources'])} | "
        f"{tables['resources'].resource_id.nunique()} limits": page,
        **{f"| `{name}` | {len(tables[name]):,} |": page
           for name in ("places", "year_inputs", "effects", "corridors")},
        f"| `odbl/links` | {len(tables['links']):,} |": page,
        f"There are {len(world.zones.ids)} zones and {len(world.classes.ids)} classes":
            "docs/explain/answer.md",
    }  # fmt: skip
    assert sum(t.use == "fitted" for t in world.targets) == 14
    return found


def test_counts_in_words_are_those_of_the_data(root: Path, claims: dict[str, str]) -> None:
    for claim, page in claims.items():
        text = " ".join((root / page).read_text("utf-8").split())
        assert claim in text, f"{page}: {claim}"


@pytest.mark.parametrize(
    ("page", "words", "told"),
    [
        ("answer", "more than 0.1 % of its demand", cases.LEAST_SHARE == 0.001),
        ("answer", "2023: its demand", cases.BASE_YEAR == 2023),
        ("answer", "The infrastructure of 2026", cases.BUILT_BY == 2026),
        ("answer", "beyond two standard deviations draws are cut", draws.FURTHEST == 2.0),
        ("frontier", "With up to eight projects all sets", frontier.N_EXACT == 8),
        ("frontier", "in two rounds, the 30 sets one", frontier.N_ROUNDS == 2),
        ("frontier", "the 30 sets one", frontier.N_NEIGHBOURS == 30),
        ("frontier", "At most ten points are told", frontier.N_POINTS == 10),
        ("frontier", "(31 in the tables", len(sets.find_candidates(read_world())) == 31),
        ("storage", "Less than 24 TEU a year", legs.LEAST_TEU == 24.0),
        ("invest", "With up to eight projects all sets", invest_search.N_EXACT == 8),
        ("invest", "four tried at a time", invest_search.N_TRIED == 4),
        ("invest", "until nothing promises 1 % more", invest_search.CLOSE == 0.01),
        ("invest", "The first eight of the order", invest.N_PAIRED == 8),
        ("tariff", "at most 1 % of their land traffic", market.COVERED == 0.99),
        ("tariff", "less than 500 TEU a year", market.LEAST_TEU == 500.0),
        ("tariff", "above 3,000 USD", market.CAP_USD == 3000.0),
        ("tariff", "by trying 19 charges", 2 * game.N_TRIED + 1 == 19),
        ("conditions", "hypercubes of 50 draws", states.BLOCK == 50),
        ("conditions", "is at most 1 % (Bonferroni), and 15", conditions.SURE == 0.01),
        ("conditions", "and 15 at most", conditions.MOST_TESTED == 15),
        ("conditions", "at most four inputs", conditions.MOST_LIMITS == 4),
        ("conditions", "on 50 random halves", conditions.N_HALVES == 50),
        ("conditions", "a slice of 5 % at a time", prim.ALPHA == 0.05),
        ("conditions", "quasi-p-value above 5 %", prim.LIKELY_CHANCE == 0.05),
        ("conditions", "No box holds less than 5 %", prim.LEAST_MASS == 0.05),
        ("conditions", "worth half of the first", prim.LEAST_WORTH == 0.5),
        ("answer", "*No* below 50 %, *Only in part* below 100 %", (HALF, WHOLE) == (0.5, 1.0)),
        ("answer", "the demand of 2030 and 2040", OUTLOOK_YEARS == (2030, 2040)),
        ("answer", "2021 is told beside it", OTHER_YEARS == (2021,)),
    ],
)
def test_a_definition_is_that_of_the_code(root: Path, page: str, words: str, *, told: bool) -> None:
    text = " ".join((root / f"docs/explain/{page}.md").read_text("utf-8").split())
    assert words in text
    assert told, words


def test_the_package_shows_the_front_page(root: Path) -> None:
    assert 'readme = "README.md"' in (root / "pyproject.toml").read_text("utf-8")


# ------------------------------------------------------------------ links, names, keys


def strip_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def list_anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ +(.+?) *$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", strip_code(page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        anchors = list_anchors(there.read_text("utf-8")) if anchor and there.is_file() else {anchor}
        if not there.exists() or anchor not in anchors:
            lost.append(target)
    assert lost == []


def list_subcommands() -> dict[str, set[str]]:
    """Return the options of each command."""
    group = get_command(commands.app)
    found = getattr(group, "commands", {})
    return {
        name: {option for param in command.params for option in param.opts}
        for name, command in found.items()
    }


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_every_command_module_and_file_that_is_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    lost = []
    options = list_subcommands()
    for words in re.findall(r"`(?:\.venv/bin/)?serai ([^`\n]+)`", text):
        name, *rest = words.split()
        if not name.startswith("-") and name not in options:
            lost.append(words)
        lost += [w for w in rest if w.startswith("--")
                 and w.partition("=")[0] not in options.get(name, set()) | {"--help"}]  # fmt: skip
    for module in re.findall(r"python -m ((?:serai|scripts)[\w.]*)", text):
        if importlib.util.find_spec(module) is None:
            lost.append(module)
    for path in re.findall(r"`((?:src|docs|tests|scripts)/[\w./-]+)`", text):
        if not (ROOT / path).exists():
            lost.append(path)
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)
    lost += [t for t in re.findall(r"`make (\w+)[^`\n]*`", text) if t not in targets]
    assert lost == []


def test_every_scenario_that_is_named_ships(root: Path) -> None:
    names = {scenario.name for scenario in list_shipped()}
    for page in PAGES:
        for block in find_blocks(page.read_text("utf-8")):
            for command in block.commands:
                words = shlex.split(command)
                if words[1] in ("run", "compare"):
                    named = {w for w in words[2:] if not w.startswith("-") and "/" not in w}
                    assert all(w in names or (root / w).is_file() for w in named), command
    assert len(names) >= 13, "a dozen and the base"
    assert (root / "docs/glossary.md").is_file()


KEY: Final = re.compile(r"`([a-z]+(?:18|19|20)\d\d)`")


def read_keys(root: Path) -> set[str]:
    text = (root / "docs/references.bib").read_text("utf-8")
    return set(re.findall(r"^@\w+\{(\w+),", text, flags=re.MULTILINE))


def cite_in_code(root: Path) -> set[str]:
    """Return the keys in the sections called References of all docstrings."""
    found = set()
    for path in (root / "src").rglob("*.py"):
        for section in re.findall(
            r"References\n +-{10}\n(.*?)(?:\n\n|\"\"\")", path.read_text("utf-8"), flags=re.DOTALL
        ):
            keys = re.findall(r"[a-z]+(?:18|19|20)\d\d", section)
            assert keys, f"{path.name}: a reference without a key: {section.strip()}"
            found |= set(keys)
    return found


def test_every_work_that_is_cited_is_in_the_bibliography_and_the_other_way(root: Path) -> None:
    cited = cite_in_code(root)
    for page in PAGES:
        cited |= set(KEY.findall(page.read_text("utf-8")))
    assert "mckay1979" in cited
    assert cited == read_keys(root)


def test_words_of_the_glossary_stand_in_order_and_once(root: Path) -> None:
    english = (root / "docs/glossary.md").read_text("utf-8").partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+?) \|", english, flags=re.MULTILINE)[2:]
    words = [word.casefold() for word in rows]
    assert len(words) == len(set(words))
    assert words == sorted(words)
