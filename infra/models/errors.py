"""Errors of the preparation of model files."""


class PreparationError(Exception):
    """A step of the preparation failed; the message is for the user."""


class ConversionError(PreparationError):
    """A TFLite model holds something that the converter does not know; it never guesses."""
