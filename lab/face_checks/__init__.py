"""The making of the second look at faces: a small network learns, from portraits moved, turned and covered, whether a
mesh lies right and what hides the face.

drawing      What things before a face are drawn with
export       The network as an ONNX model: the file that the product opens
hands        Hands drawn before a face: palm, thumb, fingers open or bent, and an arm
harmless     What hides nothing and must not be taken for it: clear glasses, beards, shadows
made_faces   Meshes laid on faces as they should be and as they should not
network      The network, and how it is taught
occluders    Things drawn before a face: masks, hands, dark glasses, microphones, objects
train        Teaches it: `python -m lab.face_checks.train`
"""
