"""Made faces whose gaze and lids are known, and what is fitted on them.

eye_sets   Sets of them, on disk
made_eyes  Faces of both heads whose eyes look at a known place, measured: `python -m lab.gaze.made_eyes FOLDER`
fit        The constants of `analysis.eyes.gaze`, from one head: `python -m lab.gaze.fit FOLDER`
"""
