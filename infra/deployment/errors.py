"""What can go wrong on the way into AWS, as a sentence for the person at the keyboard."""


class DeploymentError(Exception):
    """A step cannot go on; the message says what to do."""
