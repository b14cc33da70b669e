"""However a file is spoilt, the reader reads it or says so: nothing else ever comes out."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serai.data.check import check_network
from serai.data.check_evidence import audit_register
from serai.data.register import build_register
from serai.data.tables import read_tables
from serai.errors import DataError
from tests.tiny_tables import FILES, write_tiny

NAMES = [f"{name}.csv" for name in (*FILES, "links")]
CELLS = ["", "nan", "1e400", "-1", "True", "0x1F", "1_000", " ", "é", "9" * 30, '"', ";", "S1;S1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("tiny"))


def use(folder: Path, name: str, content: bytes) -> None:
    """Read a folder in which one file holds something else, and do all there is to do with it."""
    path = folder / name
    whole = path.read_bytes()
    try:
        path.write_bytes(content)
        tables = read_tables(folder)
        check_network(tables)
        audit_register(build_register(tables))
    except DataError as error:
        assert all(": got " in fault and "; wanted " in fault for fault in error.faults)  # noqa: PT017 - one of two good ends
    finally:
        path.write_bytes(whole)


@settings(max_examples=10)
@given(name=st.sampled_from(NAMES), share=st.floats(0, 1))
def test_a_file_may_be_cut_anywhere(folder: Path, name: str, share: float) -> None:
    whole = (folder / name).read_bytes()
    use(folder, name, whole[: int(share * len(whole))])


@settings(max_examples=10)
@given(name=st.sampled_from(NAMES), at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_any_byte_may_be_any_other(folder: Path, name: str, at: int, byte: int) -> None:
    content = bytearray((folder / name).read_bytes())
    content[at % len(content)] = byte
    use(folder, name, bytes(content))


@settings(max_examples=20)
@given(
    name=st.sampled_from(NAMES),
    row=st.integers(0, 20),
    column=st.integers(0, 40),
    cell=st.sampled_from(CELLS),
)
def test_any_cell_may_hold_anything(
    folder: Path, name: str, row: int, column: int, cell: str
) -> None:
    lines = (folder / name).read_text("utf-8").splitlines()
    cells = lines[row % len(lines)].split(",")
    cells[column % len(cells)] = cell
    lines[row % len(lines)] = ",".join(cells)
    use(folder, name, ("\n".join(lines) + "\n").encode())
