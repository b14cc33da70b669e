"""From domain values to something to look at: tables, JSON, charts, maps and the page."""
