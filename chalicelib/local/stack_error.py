"""The reason for which a stack cannot start, apart from the stack: a mistake on the command line is refused before that
is imported, which takes a second."""

from chalicelib.errors import MienError


class StackError(MienError):
    """The stack cannot start or continue. The message is for the user."""
