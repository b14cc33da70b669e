"""An error lists its faults, and survives the way between two processes."""

import pickle

import pytest

from serai.errors import (
    DataError,
    NoPathError,
    NotConvergedError,
    ScenarioError,
    SeraiError,
    state_fault,
)


@pytest.mark.parametrize(
    ("error", "builtin", "code"),
    [
        (ScenarioError, ValueError, 2),
        (DataError, ValueError, 3),
        (NoPathError, LookupError, 4),
        (NotConvergedError, RuntimeError, 5),
    ],
)
def test_each_error_is_ours_and_a_builtin_with_its_exit_code(
    error: type[SeraiError], builtin: type[Exception], code: int
) -> None:
    assert issubclass(error, SeraiError)
    assert issubclass(error, builtin)
    assert error.exit_code == code


def test_one_fault_is_printed_as_it_is() -> None:
    assert str(DataError("links.csv: gone")) == "links.csv: gone"


def test_a_long_list_is_cut_but_kept() -> None:
    error = DataError([f"fault {n}" for n in range(60)])
    lines = str(error).splitlines()
    assert lines[0] == "60 faults"
    assert lines[1] == "fault 0"
    assert lines[-1] == "… and 10 more"
    assert len(error.faults) == 60


def test_a_fault_says_where_got_wanted_next() -> None:
    fault = state_fault("a.csv row 2, column x", "'-1'", "a number >= 0", "correct it")
    assert fault == "a.csv row 2, column x: got '-1'; wanted a number >= 0; correct it"


@pytest.mark.parametrize("error", [DataError(["a", "b"]), NoPathError("a")])
def test_an_error_can_be_pickled(error: SeraiError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    assert type(again) is type(error)
    assert again.faults == error.faults


def test_no_convergence_carries_how_far_it_came() -> None:
    error = NotConvergedError("no", 0.1, 7, {"flow": 1})
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    assert (again.gap, again.iterations, again.best) == (0.1, 7, {"flow": 1})
    assert str(again) == "no"
