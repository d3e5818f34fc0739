"""The measurements of a face, and the rules that need no pixels.

emotions     The grounds of emotions: the shares of people who show an expression with each, and weights
events       The events on a face: a smile, a blink, a turn of the head
blinks       Blinks from how far the eyes are open, and how often they come
frame_durations  The durations of frames, and the holes between them
frame_size   The size of the frames that face boxes refer to
gaze         The limits within which gaze is read, the reasons why it is not, and how much each eye counts
metrics      The metrics that a face is given, in the order in which files list them, and the results they travel in
reliability  The reliability of each metric: one table, from which documents, the API's description and the evaluation
             follow
stitching    One stream of frames from those of overlapping segments: every frame once, and faces that keep their ids
stretch      The stretch of a media file that is measured, and how many of its frames
validity     The validity of the numbers of a face in a frame, and the reasons
"""
