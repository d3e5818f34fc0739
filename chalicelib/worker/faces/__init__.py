"""Faces that clients correct.

frames_file      All that was measured for a result, to the last digit, as a file
kept_frames      What a run keeps of its measured frames, so that faces can be corrected without measuring again
corrected_files  The files of a result, written again after its faces were corrected
"""
