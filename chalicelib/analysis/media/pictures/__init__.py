"""Still pictures and animations.

stills         Still images and animations, by Pillow
pillow_pixels  Converts Pillow pictures to BGR pixels; Pillow's errors and warnings do not leave this module
deep_colours   Colours of fewer than 16 bits in samples of 16
heif_stills    HEIC pictures, as phones write them
heif_items     The contents of a HEIF file: its primary picture, whole or in tiles, and how it is turned
gif_frames     The number of frames of a GIF, from its blocks
jpeg_claims    The markers of a JPEG file, read before a decoder begins: scans, further pictures
tiff_pages     Which of the pictures in a TIFF is meant, and why some files cannot be read
budgeted_file  A file that decoders read through, which keeps them to their time and lets them be cancelled
"""
