"""Which limits the routes of each class use, and how much of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from serai.domain.demand import Classes
from serai.domain.network import Resources
from serai.domain.ranged import FloatArray, IntArray
from serai.domain.routes import Routes
from serai.domain.world import World
from serai.kernels.routes import count_uses, fill_uses
from serai.model.graph import Graph

__all__ = ["Uses", "build_uses", "draws_of_classes"]

BULK_TOKENS = {
    "oil": ("CRUDE", "OILP", "LPG"),
    "grain": ("GRAIN",),
    "gas": ("GAS", "LPG"),
    "vehicles": ("VEH",),
}
"""Which classes a resource's `draws` words mean; bulk is every class counted in tonnes but oil."""


def draws_of_classes(classes: Classes, resources: Resources) -> NDArray[np.bool_]:
    """
    Say which class draws on which resource.

    Parameters
    ----------
    classes
        Commodity classes.
    resources
        The resources.

    Returns
    -------
    draws
        [-], shape (n_resources, n_classes, 2). Last axis: carried by wagon (0) or by truck (1).
    """
    ids = np.array(classes.ids)
    oil = np.isin(ids, BULK_TOKENS["oil"])
    masks = {
        "all": np.ones(len(ids), np.bool_),
        "containers": classes.is_box.copy(),
        "bulk": ~classes.is_box & ~oil,
        **{word: np.isin(ids, names) for word, names in BULK_TOKENS.items()},
    }
    out = np.zeros((len(resources.ids), len(ids), 2), np.bool_)
    for r, words in enumerate(resources.draws):
        if words & {"wagons", "trucks"}:
            # On a ferry the carriage decides, whatever is inside it.
            out[r, :, 0] = "wagons" in words
            out[r, :, 1] = "trucks" in words
        else:
            for word in words:
                out[r] |= masks[word][:, None]
    return out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Uses:
    """
    Which limits pairs of a class and a route use, and how much of each.

    Pairs that use the same limits alike share a bundle; the last bundle uses nothing.
    """

    bundle: IntArray
    """Shape (n_pairs,)."""
    is_dead: NDArray[np.bool_]
    """Shape (n_pairs,). Pairs that need a limit that has no capacity."""
    start: NDArray[np.int64]
    """Shape (n_bundles + 1,). Uses of each bundle."""
    use_limit: IntArray
    """Index into `limit`."""
    amount: FloatArray
    """[share of capacity per class unit]."""
    limit: IntArray
    """Index into the graph's limits of each limit that is used."""


def build_uses(
    world: World, graph: Graph, routes: Routes, route: IntArray, class_ix: IntArray
) -> Uses:
    """
    Return what pairs of a class and a route use.

    Parameters
    ----------
    world
        The tables.
    graph
        Graph of the state.
    routes
        The routes.
    route
        [-], shape (n_pairs,). Route of each pair.
    class_ix
        [-], shape (n_pairs,). Class of each pair.
    """
    limits = graph.limits
    is_box, n_classes = world.classes.is_box, len(world.classes.ids)
    # Shape (n_resources, 2, n_classes, 2): only boxes count against a limit on boxes.
    limit_of = np.repeat(limits.of_resource[:, :, None, :], n_classes, axis=2)
    limit_of[:, :, ~is_box, 1] = -1
    per_unit = np.stack([world.classes.tonnes_per_unit, np.where(is_box, 1.0, 0.0)], axis=1)
    # Routes that draw on the same resources are alike to a class: one bundle.
    speaker, alike = _alike(routes)
    key = alike[route] * n_classes + class_ix
    wanted = np.zeros(len(speaker) * n_classes, np.bool_)
    wanted[key] = True
    bundles = np.flatnonzero(wanted)
    spoken = speaker[bundles // n_classes].astype(np.int32)
    of_classes = (
        (bundles % n_classes).astype(np.int32), routes.draw_start, routes.draw,
        draws_of_classes(world.classes, world.network.resources), limit_of,
    )  # fmt: skip
    count = np.empty(len(bundles), np.int64)
    count_uses(spoken, *of_classes, limits.capacity, count)
    is_dead = count < 0
    start = np.cumsum([0, *np.where(is_dead, 0, count), 0], dtype=np.int64)
    limit, amount = np.empty(start[-1], np.int32), np.empty(start[-1])
    fill_uses(
        np.where(is_dead, -1, spoken).astype(np.int32), *of_classes,
        per_unit, limits.capacity, start, limit, amount,
    )  # fmt: skip
    is_used = np.zeros(len(limits.capacity), np.bool_)
    is_used[limit] = True
    bundle = (np.cumsum(wanted, dtype=np.int32) - 1)[key]
    return Uses(
        bundle=bundle, is_dead=is_dead[bundle], start=start, amount=amount,
        use_limit=(np.cumsum(is_used, dtype=np.int32) - 1)[limit],
        limit=np.flatnonzero(is_used).astype(np.int32),
    )  # fmt: skip


def _alike(routes: Routes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return one route of each set that draw on the same resources, and the set of each route."""
    words = np.random.default_rng(0).integers(
        1, 2**63, 1 + int(routes.draw.max(initial=0)), np.uint64
    )
    marks = np.concatenate([[np.uint64(0)], np.cumsum(words[routes.draw], dtype=np.uint64)])
    mark = marks[routes.draw_start[1:]] - marks[routes.draw_start[:-1]]
    _, speaker, alike = np.unique(mark, return_index=True, return_inverse=True)
    return speaker, alike
