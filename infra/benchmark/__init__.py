"""How fast Mien is, how much it takes, and against what: `make bench`."""
