"""Losses on the way to the decoder, and the pictures that show them.

h264_order         Whether a packet of an H.264 stream is missing
mpeg2_order        Whether a packet of an MPEG-1 or MPEG-2 stream is missing
smeared_pictures   Pictures that show what was lost, and those that are built on them
"""
