"""Lets ``python -m serai`` stand in for the command ``serai``."""

from serai.cli import main

if __name__ == "__main__":
    main()
