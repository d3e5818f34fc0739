"""What can go wrong while model files are prepared."""


class PreparationError(Exception):
    """A step of the preparation failed; the message is a sentence for the person who ran it."""


class ConversionError(PreparationError):
    """A TFLite model holds something that the converter does not know; it never guesses."""
