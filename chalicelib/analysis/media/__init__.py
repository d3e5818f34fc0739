"""Bytes to frames: upright BGR pictures with square pixels, each with the time its container states. Knows no faces.

pictures         Still pictures and animations: Pillow, HEIC, and what is read before a decoder begins
open_media       Opens a media file, or raises an error with a message for the user
sniff            Identifies a file by its first bytes
frames           The common form of all media: a stream of upright frames, each with its own time
limits           The checks of `MediaLimits`, with their error messages
square_pixels    The size that pictures have once their pixels are square
upright          EXIF orientations and the display matrices of video containers
stretches        The stretch of a media file that a job measures
videos           Video files, by PyAV (FFmpeg), frame by frame
video_spans      The frames of a stretch of a video, with the times that a pass over all of it gives them
video_container  Opens a video file safely; FFmpeg's errors do not leave this module
video_decoding   From packets to frames, with an account of what was lost
video_clock      The time of each frame, as its container states it
video_aspect     The pixel aspect of each frame
video_promise    Compares what a video delivered with what its header promised
pixels            Decoded frames to upright BGR pixels, all of them or those that are looked at
damage            What was lost on the way to the decoder, and which pictures show it
deinterlacing    Two fields to one picture, if the stream says that its frames are two fields
key_frame_sizes  The largest size that a recorded call reaches
mp4_claims       The number of samples that an MP4 or MOV claims, read before a decoder allocates memory for them
"""
