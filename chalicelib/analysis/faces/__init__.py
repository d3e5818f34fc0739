"""Frames to faces that keep their identity. Knows no expressions.

appearance        The look of a face and what is round it, in 24 x 24 pixels, to tell if a picture goes on
block_means       Shrinking a picture by a whole number, as OpenCV does fastest
boxes             Boxes in pixels: (N, 4) float64 of left, top, right, bottom; right and bottom are exclusive edges
detector          The face detector: one pass of a network over one window of a picture
dissolves         Scenes that go over into another little by little, so that no frame differs much from the one before
head_pose         Where a head points and how large and bright its face is
head_shape        The proportions of a head, from the mesh alone: how wide, how long, how deep, where nose and temples
                  lie
identities        Which face is which from frame to frame: identities from places, sizes, movement, the proportions of
                  heads, and the picture of a moment ago
known_faces       The meshes of known faces in the next frame, where they were or should be by now
mesh              The face mesh: from a place in a picture to the points of the face, in pixels of the picture
motion            Where a face was of late, and where it will be: straight on, at the speed of the last half second
proof             Whether a mesh lies on a face, the right way up, and what hides the face
rigid_face        The parts of a face that expressions hardly move, and how a measured mesh lies against them
scenes            Scene cuts, from the likeness of tiny grey pictures
search            Where new faces are looked for in a video: everywhere at first and after a cut, then in turn where
                  things change
search_schedule   When to look where for new faces in a video: not everywhere in every frame
searched_windows  What a window showed when it was last searched: where nothing has changed since, nothing new can be
                  found
thumbnails        Tiny grey pictures, and how like each other they are
tiling            Searching a whole picture: windows of several sizes, so that faces from large to small are found
tracker           Faces in a stream of frames, each with its mesh and an identity that holds from frame to frame
"""
