"""Scripts that make what the package ships; run from the project folder with `python -m`."""
