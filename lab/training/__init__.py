"""Makes the expression models: a small network learns from what a teacher says of real and invented
faces, and a linear head from faces whose movements are known.

comparison      A network and the direct feed held against the teacher's own answers to the same pictures
export          A trained student as an ONNX model: the file that the product opens
export_head     A taught head as an ONNX model: the file that the product opens
face_warps      Invented expressions on real pictures: lids, brows, cheeks, nose, lips and jaw of a photographed face
                are moved
frontal_meshes  Meshes as the student sees them, from the front, and as the teacher can be asked about them, with
                irises
head_faces      All sets of faces that a head is taught by and measured on
head_features   What the head looks at, split into what is equal on both sides of a face and what differs
head_scales     At which of a source's answers rest lies and an expression is full, and what absent ones may read
head_sources    Which source an expression is taken from, by a rule that was stated beforehand
lessons         What the students learn from, in three stages that are each kept in a folder: real faces, invented
                expressions on the same pictures, and crossings of one person's shape with another's movement
measured_faces  Real faces as three meshes see them: the product's two and the teacher's own, over several crops of
                every picture
real_faces      Real faces as sets: portraits, and every frame of films, with what was coded of some of them
student         The student: a small network from the points of a mesh, seen from the front, to the teacher's
                blendshapes
taught_head     The head: linear in the points and in the skin, taught by made faces
teacher         The teacher: the published Face Landmarker's own mesh, and the blendshapes it gives to points
token_network   The teacher's second network, from points to blendshapes, as an ONNX model
train           Trains the expression model: `make train`, or `python -m lab.training.train`
train_head      Teaches the expression head: `python -m lab.training.train_head`
"""
