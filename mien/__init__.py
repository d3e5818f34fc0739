"""Mien from outside: a client of its API, and the command line `mien`. `make client` makes a package of it.

client     The API over HTTP: jobs, uploads, downloads, results
cli        The command line, `mien`
operators  Commands that need a stack's table; not in the package
"""
