"""The proof that a mesh lies on a face, the right way up, and what hides it. `lab.face_checks` makes the weights.

face_checks  A second look at what a mesh network saw: a small network of our own
face_proof   The proof that a place shows a face, and which way up
"""
