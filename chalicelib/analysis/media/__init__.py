"""Bytes to frames: upright BGR pictures with square pixels, each with the time that its container states. Knows no
faces.

budgeted_file    A file that decoders of pictures read through, which keeps them to their time and hears who gives up
deinterlacing    Two fields to one picture, where a video stream says that its frames are two fields
frames           What every kind of media becomes: a stream of upright frames, each with its own time
heif_items       What a HEIF file (HEIC) holds: its primary picture, whole or in tiles, and how it is to be turned
heif_stills      HEIC pictures, as phones write them
jpeg_claims      What a JPEG file holds, by its markers, read before a decoder begins
key_frame_sizes  The largest size that a recorded call reaches
limits           The guards of `MediaLimits`, with the sentences that they end in
mp4_claims       How many samples the tables of an MP4 or MOV claim to have, read before a decoder makes room for them
open_media       The door of the analysis: a file goes in, frames come out, or a sentence says why not
pillow_pixels    From a Pillow picture to BGR pixels, and the one place where Pillow's errors and warnings are
                 contained
sniff            What a file is, by its first bytes
square_pixels    Pictures whose stored pixels are not square, and the size that they have once they are
stills           Still images and animations, by Pillow
tiff_pages       Which of the pictures in a TIFF is meant, and why some files cannot be read
upright          Turning a stored picture upright: EXIF orientations and the display matrices of video containers
video_aspect     The pixel aspect of each frame of a video stream, which a broadcast may change in its midst
video_clock      The time of each video frame, as its container states it
video_container  Opening a video file safely, and the one place where FFmpeg's errors are contained
video_decoding   From a container's packets to frames, with the account of what was lost on the way
video_pixels     From a decoded video frame to upright, square BGR pixels of the medium's one size
video_promise    Did a video deliver what its header promised? Numbers from half a file would look like those from a
                 whole one
video_spans      A stretch of a video: the frames between two times, with the very times that a pass over all of it
                 gives them
videos           Video files, by PyAV (FFmpeg): frames one at a time, each with the time that the container states
"""
