"""Numbers and pictures to a film for people: annotated, or with every face covered. Knows no AWS and no HTTP.

annotations  Draws boxes, ids, scores and a curve of each face into a picture
concealment  Makes a part of a picture unrecognisable
covers       The places of faces at a moment, also of those that are lost for a while
film         From a media file and its measured frames to the rendered file
lookout      Faces that were not measured: a second, less strict search
panels       The places of panels: each next to its face, not over others
sound        The sound of a media file, copied or encoded again
video_file   Writes an MP4 file: pictures at their own times, and sound
"""
