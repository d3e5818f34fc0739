"""The command line, `mien`: one module per command, and what they show."""
