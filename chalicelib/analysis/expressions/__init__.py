"""Faces to scores. The networks' weights are in `weights/`, made by `lab.training`.

emotions       Emotions from expressions
features       The features of a face from which expressions are scored, each a formula over landmarks
geometric      Expressions from the geometry of the mesh: each from one feature
levels         Levels and scores: one straight scale for what models say of an expression, and what files say of it
memories       Something remembered of each face of a stream, in bounded memory
one_euro       The One Euro filter (G
own_neutral    A person's own neutral: what the expressions of a face read while it rests, learned as the frames go by
score_streams  From levels of single frames to scores: linear, calibrated, smoothed, or from each person's own neutral
scored_frames  Frames whose faces have levels, with the scores and emotions of a job in their place
scorers        What turns faces into expressions, and attention, which needs the head's angles alone
sides          The left and right side of expressions
skin_patches   What the skin shows where muscles fold it
taught         Expressions from the taught head: points and skin
through_blinks Readings around the eyes while lids pass through a blink
trained        Expressions from the trained model: a network's blendshapes, and geometry where its teacher is blind
"""
