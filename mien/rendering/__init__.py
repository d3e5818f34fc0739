"""Commands of `mien` that work with pictures on this machine. Not in the package for clients, which has no analysis.

films   The film of a finished job, from its timeline and its media
render  `mien render`
"""
