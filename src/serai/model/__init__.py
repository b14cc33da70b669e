"""From domain values to flows and prices: graph, cost, choice, assignment; no files, no clock."""
