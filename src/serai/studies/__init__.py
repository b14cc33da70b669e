"""The questions people ask: each study calls the one run as often as it needs and sums it up."""
