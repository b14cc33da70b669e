"""The command line: parses, calls, prints, and leaves with an exit code."""

import os
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C is quiet even while the libraries load."""
    # Threads that wait for work sleep: else they take the cores from those that have some.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        from serai.cli.commands import app  # noqa: PLC0415 - loading takes a second
    except KeyboardInterrupt:
        sys.exit(130)
    app(prog_name="serai")
