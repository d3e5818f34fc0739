"""Attacks on the whole of Mien: small ones in every run, the full ones with `make attack` (half an hour)."""
