"""Errors of a deployment, with a message for the operator."""


class DeploymentError(Exception):
    """A step cannot go on; the message says what to do."""
