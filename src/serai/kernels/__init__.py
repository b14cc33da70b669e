"""The fast arithmetic: compiled functions on plain arrays that know only numpy and numba."""
