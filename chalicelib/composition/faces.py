"""The services of corrected faces, composed."""

from chalicelib.services.faces import Faces
from chalicelib.services.intake.dropped_files import DroppedFiles
from chalicelib.services.ports.all_ports import Ports
from chalicelib.services.runs.face_runs import FaceRuns
from chalicelib.settings import Settings


def faces_of(ports: Ports) -> Faces:
    """Corrected faces, for clients."""
    stores = ports.entries(), ports.jobs(), ports.media()
    return Faces(*stores, queue=ports.queue(), reminders=ports.reminders(), clock=ports.clock)


def face_runs_of(ports: Ports, dropped: DroppedFiles, settings: Settings) -> FaceRuns:
    """Corrected faces, for workers and the sweeper."""
    stores = ports.entries(), ports.jobs(), ports.media(), ports.queue()
    return FaceRuns(*stores, dropped=dropped, clock=ports.clock, max_attempts=settings.max_attempts)
