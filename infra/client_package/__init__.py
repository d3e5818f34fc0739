"""The package for clients: `make client` builds a wheel of `mien` without its operators' commands.

build   The wheel: the modules of `mien`, and those of `chalicelib` that they import, under `mien._core`
"""
