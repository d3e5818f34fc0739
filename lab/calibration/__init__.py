"""Prints the figures behind the constants of `analysis.expressions`.

expression_features  Prints what the calibration of the geometric expressions rests on
trained_scores       Prints what the calibration of the trained expressions rests on
"""
