"""`python -m chalicelib.cli`: the command line `mien`. Each command is a module beside this one."""

import click

from chalicelib.cli.users import user


@click.group()
def mien() -> None:
    """Mien: measure facial expressions in recorded images and video."""


mien.add_command(user)


if __name__ == "__main__":
    mien(prog_name="mien")
