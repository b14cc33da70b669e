"""What things are: the frozen values that every other room speaks in."""
