"""How the expression model is made: a small network learns from what a teacher says of real and invented faces.

comparison      A network and the direct feed held against the teacher's own answers to the same pictures
export          A trained student as an ONNX model: the file that the product opens
face_warps      Invented expressions on real pictures: lids, brows, cheeks, nose, lips and jaw of a photographed face
                are moved
frontal_meshes  Meshes as the student sees them, from the front, and as the teacher can be asked about them, with
                irises
lessons         What the students learn from, in three stages that are each kept in a folder: real faces, invented
                expressions on the same pictures, and crossings of one person's shape with another's movement
measured_faces  Real faces as three meshes see them: the product's two and the teacher's own, over several crops of
                every picture
student         The student: a small network from the points of a mesh, seen from the front, to the teacher's
                blendshapes
teacher         The teacher: the published Face Landmarker's own mesh, and the blendshapes it gives to points
token_network   The teacher's second network, from points to blendshapes, as an ONNX model
train           Trains the expression model: `make train`, or `python -m lab.training.train`
"""
