"""Prints the figures behind the constants of `analysis.expressions`.

scales  Prints the scales of the expressions: what persons at rest read, what the full expression reads
"""
