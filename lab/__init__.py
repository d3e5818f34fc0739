"""Training, evaluation, benchmarks and drawings of Mien. Uses the product, never the other way round.

benchmark    How fast Mien is, how much it takes, and against what: `make bench`
calibration  Prints the figures behind the constants of `analysis.expressions`
evaluation   What Mien measures about itself, on media with known answers: `make evaluate`
face_checks  How the second look at faces is made: whether a mesh lies right, and what hides the face
gaze         Made eyes whose gaze is known, and what is fitted on them
pictures     Pictures for the documents
rendered_faces  Faces made by a program, whose movements are known, to teach and measure expressions with
reports      What reports of measurements are made of: figures with their bars, pages, charts, quotes in documents
training     How the expression model is made: a small network learns from what a teacher says of real and invented
             faces
"""
