"""What the house promises: one version, downward imports, a portable lock, a whole wheel."""

import ast
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import serai

ROOMS = ("web", "studies", "data", "model", "outputs", "domain", "kernels")
FLOORS = ("cli", "run", "units", "errors")


def run_python(*words: str, cwd: Path, **extra_env: str) -> subprocess.CompletedProcess[str]:
    """Run this Python on the words given and keep what it says."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env={**os.environ, **extra_env},
        capture_output=True,
        text=True,
        check=False,
    )


def tracked_files(root: Path) -> list[Path]:
    """List the files under version control; outside a checkout, the files of the package."""
    git = shutil.which("git")
    if git and (root / ".git").exists():
        names = subprocess.run([git, "ls-files", "-z"], cwd=root, capture_output=True, check=True)
        paths = [root / name for name in names.stdout.decode().split("\0") if name]
    else:
        paths = [path for top in ("src", "tests", "docs") for path in (root / top).rglob("*")]
    return [path for path in paths if path.is_file() and "__pycache__" not in path.parts]


# ------------------------------------------------------------------ version


def test_the_version_is_the_same_wherever_it_stands(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    citation = (root / "CITATION.cff").read_text("utf-8")
    released = re.findall(r"^## \[(\d[^\]]*)\] - (\d{4}-\d\d-\d\d)$", changelog, flags=re.MULTILINE)
    cited = re.search(r"^version: (\S+)$", citation, flags=re.MULTILINE)
    cited_on = re.search(r"^date-released: (\S+)$", citation, flags=re.MULTILINE)
    assert released, "CHANGELOG.md has no heading like '## [0.1.0] - 2026-11-21'"
    assert cited
    assert cited_on
    assert serai.__version__ == project["version"], "run `make test`, which installs the package"
    assert released[0] == (project["version"], cited_on[1])
    assert cited[1] == project["version"]


def test_the_data_have_a_version_of_their_own() -> None:
    assert re.fullmatch(r"\d+(\.\d+)+\S*", serai.DATA_VERSION)


def test_the_changelog_says_which_results_changed(root: Path) -> None:
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    entries = re.split(r"^## \[\d", changelog, flags=re.MULTILINE)[1:]
    assert all("### Changed results" in entry for entry in entries)


# ------------------------------------------------------------------ modules


def test_every_module_says_in_a_docstring_what_it_answers(root: Path) -> None:
    bare = [
        str(path.relative_to(root))
        for path in sorted((root / "src").rglob("*.py"))
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert bare == []


# ------------------------------------------------------------------ who may look at whom


def lint_imports(cwd: Path, *, source: Path) -> subprocess.CompletedProcess[str]:
    """Hold the contracts against the package in `source`."""
    code = "from importlinter.cli import lint_imports as f; raise SystemExit(f(no_cache=True))"
    return run_python("-c", code, cwd=cwd, PYTHONPATH=str(source))


def test_the_import_contracts_hold(root: Path) -> None:
    outcome = lint_imports(root, source=root / "src")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        pytest.param("errors", "", None, id="no breach"),
        pytest.param("model/cost", "import serai.run", "rooms look only downwards", id="upwards"),
        pytest.param("data/load", "import serai.model", "rooms look only downwards", id="sideways"),
        pytest.param("attic", "", "rooms look only downwards", id="a room without a place"),
        pytest.param("kernels/paths", "import scipy", "kernels know only", id="kernel wall"),
        pytest.param("model/cost", "import pandas", "the model never touches", id="model wall"),
        pytest.param("domain/flow", "import rich", "the model never touches", id="domain wall"),
    ],
)
def test_a_breach_of_the_import_contracts_is_caught(
    root: Path, tmp_path: Path, module: str, line: str, contract: str | None
) -> None:
    house = tmp_path / "serai"
    for room in ROOMS:
        (house / room).mkdir(parents=True)
        (house / room / "__init__.py").touch()
    for floor in ("__init__", *FLOORS):
        (house / f"{floor}.py").touch()
    (house / f"{module}.py").write_text(line + "\n", "utf-8")
    shutil.copy(root / "pyproject.toml", tmp_path)
    outcome = lint_imports(tmp_path, source=tmp_path)
    assert (outcome.returncode == 0) == (contract is None), outcome.stdout + outcome.stderr
    if contract is not None:
        assert re.search(rf"{contract}.* BROKEN", outcome.stdout), outcome.stdout


def imported_names(node: ast.Import | ast.ImportFrom) -> list[str]:
    """List the modules that one import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""]


def test_kernels_import_only_numpy_numba_and_the_standard_library(root: Path) -> None:
    allowed = {"numpy", "numba", *sys.stdlib_module_names}
    strange = [
        f"{path.name}:{node.lineno} {name}"
        for path in sorted((root / "src/serai/kernels").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in imported_names(node)
        if name.split(".")[0] not in allowed and not name.startswith("serai.kernels")
    ]
    assert strange == []


# ------------------------------------------------------------------ lock, paths, wheel


def test_the_lock_pins_every_package_by_hash_and_names_no_address(root: Path) -> None:
    lock = (root / "requirements.lock").read_text("utf-8")
    blocks = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", lock, flags=re.MULTILINE))
    unpinned = [block for block in blocks if not re.match(r"[a-z0-9._-]+==[^\s;]+[ ;]", block)]
    unhashed = [block for block in blocks if "--hash=sha256:" not in block]
    assert len(blocks) > 20
    assert unpinned == []
    assert unhashed == []
    assert not re.search(r"://|\bhttps?:|index-url|find-links|trusted-host|@ ", lock)


def test_the_lock_covers_every_dependency_of_the_project(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    lock = (root / "requirements.lock").read_text("utf-8")
    locked = set(re.findall(r"^([a-z0-9._-]+)==", lock, flags=re.MULTILINE))
    missing = {re.split(r"[<>=!~ ;\[]", name)[0].lower() for name in wanted} - locked
    assert missing == set(), "run `make lock`"


def test_no_tracked_file_holds_a_path_of_one_machine_or_a_registry_host(root: Path) -> None:
    # Written in pieces, so that this file passes its own test.
    folders = ["/" + "work/", "/" + "tmp/", "/" + "root/", "/" + "Users/", "/" + "home/[a-z]"]
    hosts = [r"py" + r"pi\.org", "python" + "hosted", r"registry\.np" + "mjs", r"deb\.deb" + "ian"]
    bad = re.compile(rf"(?<![\w.}}])(?:{'|'.join(folders)})|{'|'.join(hosts)}".encode())
    found = [
        f"{path.relative_to(root)}: {hit[0].decode()}"
        for path in tracked_files(root)
        if (hit := bad.search(path.read_bytes()))
    ]
    assert found == []


def test_the_wheel_carries_every_file_of_the_package(root: Path, tmp_path: Path) -> None:
    outcome = run_python("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path), cwd=root)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl"), "nothing in the wheel needs a compiler"
    carried = set(zipfile.ZipFile(wheel).namelist())
    source = root / "src"
    ours = {
        path.relative_to(source).as_posix()
        for path in tracked_files(root)
        if path.is_relative_to(source)
    }
    assert ours - carried == set()


# ------------------------------------------------------------------ the tests' own ground


def test_a_test_that_reaches_for_the_network_fails() -> None:
    with pytest.raises(AssertionError, match="no test may use the network"):
        socket.create_connection(("localhost", 9))
    with socket.socket() as plug, pytest.raises(AssertionError, match="no test may use"):
        plug.connect(("localhost", 9))
