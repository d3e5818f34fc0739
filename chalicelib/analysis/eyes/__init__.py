"""Gaze and the opening of eyes, from the mesh of a face.

gaze  The direction of both eyes, and the opening of each
"""
