"""The rim of the command line: one clean message per error, progress for people, data for pipes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text
from typer.core import TyperGroup

from serai.domain.results import MAX_GAP, MAX_SLACK, MAX_WAIT_RESIDUAL_H, Certificate, Result
from serai.errors import NotConvergedError, SeraiError
from serai.outputs.drawing import WIDE_IN
from serai.outputs.whole import write_whole
from serai.web import PROGRESS

__all__ = ["Rim", "conclude", "emit", "require_certificate", "say", "track", "write_drawing"]

INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141
"""What the shell reports for other programs whose reader has gone."""
TRACEBACK: Final = "SERAI_TRACEBACK"
"""Name of the setting that shows where an error was raised."""


class Rim(TyperGroup):
    """All commands; whatever goes wrong in one ends as a message and an exit code."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - the type is private to the library
        """
        Run the command that was typed.

        Parameters
        ----------
        ctx
            What was typed.

        Raises
        ------
        typer.Exit
            With the exit code of the error.
        """
        _speak_utf8()
        _heed_signals()
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except SeraiError as error:
            _show(error)
            say(f"serai: {error}")
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt:
            raise _interrupted() from None
        except BrokenPipeError:
            # Whoever read has gone; so has the need to say anything, also at the very end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(BROKEN_PIPE) from None
        except Exception as error:
            if _STOPPED.is_set():
                raise _interrupted() from error
            if isinstance(error, typer.Exit | typer.Abort) or not isinstance(error, _BUGS):
                raise
            _show(error)
            name = type(error).__name__
            say(f"serai: this should not happen ({name}: {error}); please report it with the "
                f"command and, from a run with {TRACEBACK}=1, what it prints")  # fmt: skip
            raise typer.Exit(1) from error
        return result


_BUGS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


def _interrupted() -> typer.Exit:
    """Say that the run was stopped from outside."""
    say("serai: interrupted; nothing half-written is left")
    return typer.Exit(INTERRUPTED)


def _show(error: Exception) -> None:
    """Print where an error was raised, if somebody wants to know."""
    if os.environ.get(TRACEBACK):
        raise error


class _Page(Console):
    """Standard output; a reader who leaves is told by the same error as everywhere."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


_STOPPED: Final = threading.Event()
"""Set by a signal: a library may turn the exception into one of its own, or lose it."""


def _heed_signals() -> None:
    """Let a termination end a run as an interrupt does; remember that one came."""
    _STOPPED.clear()

    def stop(number: int, _frame: FrameType | None) -> None:
        _STOPPED.set()
        raise KeyboardInterrupt(number)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, stop)


def _speak_utf8() -> None:
    """Let any name be printed, whatever the terminal's own alphabet."""
    for stream in (sys.stdout, sys.stderr):
        encoding = getattr(stream, "encoding", None) or "utf-8"
        if encoding.lower().replace("-", "") != "utf8" and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def say(text: str) -> None:
    """
    Say something to the person, not to the pipe.

    Parameters
    ----------
    text
        Plain words.
    """
    Console(stderr=True).print(Text(text), soft_wrap=True)


def emit(result: Result, printer: Callable[[Console, Any], None], *, is_json: bool) -> None:
    """
    Print a result, as one JSON document or for people.

    Parameters
    ----------
    result
        What the command found.
    printer
        How people read it.
    is_json
        Print it as JSON.
    """
    if is_json:
        sys.stdout.write(result.model_dump_json(indent=2) + "\n")
    else:
        printer(_Page(), result)


def require_certificate(certificate: Certificate, *, worst_at: str = "") -> None:
    """
    Refuse to call an answer good whose certificate does not hold.

    Parameters
    ----------
    certificate
        The worst of all runs behind the answer.
    worst_at
        Where what is left sits, if the certificate does not say it itself.

    Raises
    ------
    NotConvergedError
        The certificate does not hold.
    """
    if not certificate.holds():
        told = certificate.model_dump()
        figures = ", ".join(f"{k} {v:.1e}" for k, v in told.items() if isinstance(v, float))
        at = told.get("worst_at") or worst_at
        figures += f", most of it at {at}" if at else ""
        raise NotConvergedError(
            f"equilibrium: got {figures}; wanted relative_gap up to {MAX_GAP:.0e}, complementarity "
            f"and overload up to {MAX_SLACK:.0e}, conservation up to 1e-09 and, with queues, "
            f"wait_residual up to {MAX_WAIT_RESIDUAL_H:.0e} h; what was printed is the best point "
            "found: do not quote it",
            certificate.relative_gap,
        )


@contextlib.contextmanager
def track(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """
    Show on the terminal how far the work is; show nothing where nobody watches.

    Parameters
    ----------
    what
        What is being done, until the work says more.

    Yields
    ------
    tell
        Takes a stage, how many of its steps are done, and how many there are.
    """
    if os.environ.get(PROGRESS) == "json":
        yield _tell_program
        return
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[steps]}"),
        TimeElapsedColumn(),
    )
    watched = console.is_terminal and not console.is_dumb_terminal
    with Progress(*columns, console=console, transient=True, disable=not watched) as progress:
        task = progress.add_task(what, total=None, steps="")

        def tell(stage: str, done: int, total: int) -> None:
            if _STOPPED.is_set():
                raise KeyboardInterrupt
            steps = f"{done}/{total}" if total else ""
            progress.update(task, description=stage, completed=done, total=total, steps=steps)

        yield tell


def _tell_program(stage: str, done: int, total: int) -> None:
    """Tell progress to a program that reads standard error: a JSON document a line."""
    if _STOPPED.is_set():
        raise KeyboardInterrupt
    sys.stderr.write(json.dumps({"stage": stage, "done": done, "total": total}) + "\n")
    sys.stderr.flush()


def conclude(
    result: Any,  # noqa: ANN401 - a result with a certificate
    printer: Callable[[Console, Any], None],
    draw: Callable[..., str],
    *,
    is_json: bool,
    chart: Path | None,
) -> None:
    """
    Print a study, draw it if that was asked for, and refuse to call it good if it is not.

    Parameters
    ----------
    result
        What the command found, with its certificate.
    printer
        How people read it.
    draw
        Draws it at a width.
    is_json
        Print it as JSON.
    chart
        File for the drawing; None if none was asked for.

    Raises
    ------
    NotConvergedError
        The certificate does not hold.
    """
    emit(result, printer, is_json=is_json)
    write_drawing(chart, lambda: draw(result, width_in=WIDE_IN), "chart")
    require_certificate(result.certificate)


def write_drawing(path: Path | None, draw: Callable[[], str], what: str) -> None:
    """
    Draw into a file, if one was asked for, and say where it is.

    Parameters
    ----------
    path
        The file; None if none was asked for.
    draw
        Returns the picture as SVG.
    what
        What it is called.
    """
    if path is not None:
        write_whole(path, draw().encode())
        say(f"The {what} is at {path.resolve()}")
