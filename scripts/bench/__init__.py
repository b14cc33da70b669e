"""How fast Serai is beside other programs: each side in a process of its own, in turns."""
