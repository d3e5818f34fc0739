"""Faces to scores. The networks' weights are in `weights/`, made by `lab.training`.

features       What is measured on a face to tell its expression: one number per feature, each a formula over
               landmarks
geometric      Expressions from the geometry of the mesh: each from one feature, linear between a neutral and a full
               value
one_euro       The One Euro filter (G
own_neutral    A person's own neutral: what the expressions of a face read while it rests, learned as the frames go by
score_streams  From scores of single frames to the scores of a job: as they are, smoothed, or from each person's own
               neutral
scorers        What turns a mesh into expressions, and attention, which needs the head's angles alone
skin_patches   What the skin shows where muscles fold it
trained        Expressions from the trained model: a network's blendshapes, and geometry where its teacher is blind
"""
