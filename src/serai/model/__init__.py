"""From domain values to flows and prices: graph, cost, choice and assignment, with no files and no clock."""
