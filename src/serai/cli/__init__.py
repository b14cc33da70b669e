"""The command line: parses, calls, prints, and leaves with an exit code."""

import os
import signal

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C is quiet even while the libraries load."""
    # Threads that wait for work sleep: else they take the cores from those that have some.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # An exception amid an import may come out as another; there is nothing to clean up yet.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from serai.cli.commands import app  # noqa: PLC0415 - loading takes a second

    app(prog_name="serai")
