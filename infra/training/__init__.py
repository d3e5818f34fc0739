"""How the expression model is made: a small network learns from what a teacher says of real and invented faces."""
