"""Corrected faces: what a person who looks at a result says of its faces, and what follows for the files.

corrections  One correction: to name, merge, split or ignore a face; read from requests
face_index   When each face of a result was seen, small enough to check corrections against
face_plan    What corrections make of the measured faces, frame by frame
face_state   How far the files of a result follow its corrections
"""
