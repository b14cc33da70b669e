"""Matrices as a file of the open matrix format (OMX), and a network as GraphML or JSON."""

from __future__ import annotations

import json
import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from serai.domain.layers import Matrices
from serai.errors import require_library

__all__ = ["encode_graph", "encode_matrices"]


def encode_matrices(path: Path, matrices: Matrices) -> bytes:
    """
    Return matrices as OMX: float64, compressed, with their lookups and what is said about them.

    Parameters
    ----------
    path
        Where they go, for messages.
    matrices
        Ids of a lookup that are all whole numbers are written as such, which is what most
        programs expect; others as text.

    Returns
    -------
    data
        The file.

    Raises
    ------
    ScenarioError
        The library is not installed.
    """
    openmatrix = require_library("openmatrix", str(path), "formats")
    with TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.omx"
        with openmatrix.open_file(str(draft), "w") as file:
            for name, values in matrices.values.items():
                made = file.create_matrix(name, obj=np.array(values, dtype=np.float64))
                if name in matrices.units:
                    made.attrs["unit"] = matrices.units[name]
            for name, ids in matrices.lookups.items():
                if "lookup" not in file.root:
                    file.create_group(file.root, "lookup")
                file.create_array(file.root.lookup, name, obj=_lookup(ids))
            for name, text in matrices.notes.items():
                file.root._v_attrs[name] = text  # noqa: SLF001 - the library's own name for it
        return draft.read_bytes()


def _lookup(ids: tuple[str, ...]) -> np.ndarray[Any, Any]:
    # Only what is read back as it was: neither 007 nor +7.
    if ids and all(one.isascii() and one.isdigit() and str(int(one)) == one for one in ids):
        numbers = [int(one) for one in ids]
        if max(numbers) < 2**31:
            return np.array(numbers, dtype=np.int32)
    return np.array([one.encode("utf-8") for one in ids])


def encode_graph(path: Path, graph: Any) -> bytes:  # noqa: ANN401 - a networkx graph
    """
    Return a graph as GraphML, or as node-link JSON.

    Parameters
    ----------
    path
        Where it goes; its suffix says which.
    graph
        The graph.

    Returns
    -------
    data
        The file. A price that is infinite, as the load may not use the edge, is null in JSON.
    """
    networkx = require_library("networkx", str(path), "formats")
    if path.suffix.lower() == ".graphml":
        text = "\n".join(networkx.generate_graphml(graph, named_key_ids=True))
        return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()
    document = networkx.node_link_data(graph, edges="edges")
    for edge in document["edges"]:
        edge |= {name: None for name, value in edge.items()
                 if isinstance(value, float) and not math.isfinite(value)}  # fmt: skip
    return (json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n").encode()
