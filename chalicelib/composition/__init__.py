"""The services, composed over ports in one way, whether those are AWS or the fakes of the tests.

services    Every service of a process, each composed once, when it is first asked for
batches     Those of batches
faces       Those of corrected faces
performers  Which service performs which duty
"""
