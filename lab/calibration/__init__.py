"""Prints the figures behind the constants of `analysis.expressions`.

sides   Prints how far the sides of expressions can be told apart
scales  Prints the scales of the expressions: what persons at rest read, what the full expression reads
"""
