"""The queue of nodes against a plain table of keys."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from serai.kernels.heap import pull, push
from tests.kernels import naive


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([0.0, 1.0, 2.0, 2.5, 4.0, 7.0]))))
def test_nodes_leave_in_the_order_of_their_keys(steps: list[tuple[int, float]]) -> None:
    keys, nodes = np.zeros(10), np.zeros(10, np.int32)
    place = np.full(10, -1, np.int32)
    table: dict[int, float] = {}
    size = 0
    for node, key in steps:
        if key > 4.0 and table:  # a step that takes one out
            assert keys[0] == naive.least_key(table)
            assert table.pop(int(nodes[0])) == keys[0]
            size = pull(keys, nodes, place, size)
        else:
            table[node] = min(key, table.get(node, key))
            size = push(keys, nodes, place, size, node, table[node])
        assert size == len(table)
        assert {int(nodes[rank]): float(keys[rank]) for rank in range(size)} == table
        assert all(place[nodes[rank]] == rank for rank in range(size))
        assert (place >= 0).sum() == size
