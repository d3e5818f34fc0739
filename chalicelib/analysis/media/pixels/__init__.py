"""Decoded video frames to upright BGR pixels, all of them or those that are looked at.

planes        Pictures as decoders give them, of which only what is looked at is converted
video_pixels  Converts decoded frames to upright, square BGR pixels of the file's frame size
"""
