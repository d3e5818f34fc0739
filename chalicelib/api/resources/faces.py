"""`/entries/{entry_id}/faces`: the faces of a result, as a person has corrected them."""

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.conditional import unless_unchanged
from chalicelib.api.documents import Document
from chalicelib.api.requests.forms import MULTIPART, URL_ENCODED, check_content_type, read_form
from chalicelib.api.requests.json_bodies import parse_object
from chalicelib.api.responses import JSON_CONTENT_TYPE, json_response, no_content
from chalicelib.api.routes import READ, Answer, Body, Route
from chalicelib.api.urls import Urls
from chalicelib.domain.faces.corrections import Correction, parse_correction, parse_corrections
from chalicelib.domain.requests.json_members import check_members
from chalicelib.domain.times import format_time
from chalicelib.errors import Invalid
from chalicelib.services.faces import CorrectedFaces

_ACCEPTED = (JSON_CONTENT_TYPE, URL_ENCODED, MULTIPART)


def get_faces(call: Call) -> Response:
    """GET /entries/{entry_id}/faces: the faces of a result and their corrections; 304 if If-None-Match has its ETag."""
    faces = call.services.faces.get(call.caller, call.path_id("entry"))
    return unless_unchanged(call, faces_document(faces, call.urls))


def correct_faces(call: Call) -> Response:
    """PATCH /entries/{entry_id}/faces: names, merges, splits or ignores faces, after the corrections that there are.

    A worker writes every file of the result again. Until `status` is `done`, the files are as they were.
    """
    faces = call.services.faces.add(call.caller, call.path_id("entry"), _corrections(call))
    return json_response(faces_document(faces, call.urls))


def replace_corrections(call: Call) -> Response:
    """PUT /entries/{entry_id}/faces: replaces all corrections, for example by the same ones without the last."""
    check_content_type(call.header("content-type"), (JSON_CONTENT_TYPE,))
    faces = call.services.faces.set(call.caller, call.path_id("entry"), _listed(call))
    return json_response(faces_document(faces, call.urls))


def take_back_corrections(call: Call) -> Response:
    """DELETE /entries/{entry_id}/faces: takes all corrections back; the files are at once as they were measured."""
    call.services.faces.set(call.caller, call.path_id("entry"), ())
    return no_content()


def faces_document(faces: CorrectedFaces, urls: Urls) -> Document:
    """The faces of a result after its corrections."""
    document: Document = {
        "self": urls.faces(faces.entry.id),
        "entry": urls.entry(faces.entry.id),
        "status": faces.state.status,
        "updated": format_time(faces.entry.updated),
        "corrections": [correction.document for correction in faces.plan.corrections],
        "faces": [
            {
                "face_id": str(face.face_id),
                "name": face.name,
                "first_seen_s": face.first_seen_s,
                "last_seen_s": face.last_seen_s,
                "frames": face.frames,
            }
            for face in faces.plan.faces()
        ],
    }
    if faces.state.error is not None:
        document["error"] = faces.state.error
    return document


ROUTES = (
    Route(READ, "/entries/{entry_id}/faces", get_faces, Answer(200, "Faces"), errors=(409,), is_conditional=True),
    Route(
        ("PATCH",),
        "/entries/{entry_id}/faces",
        correct_faces,
        Answer(200, "Faces"),
        bodies=(
            Body(URL_ENCODED, "FaceCorrectionForm"),
            Body(MULTIPART, "FaceCorrectionForm"),
            Body(JSON_CONTENT_TYPE, "FaceCorrections"),
        ),
    ),
    Route(
        ("PUT",),
        "/entries/{entry_id}/faces",
        replace_corrections,
        Answer(200, "Faces"),
        bodies=(Body(JSON_CONTENT_TYPE, "FaceCorrections"),),
    ),
    Route(("DELETE",), "/entries/{entry_id}/faces", take_back_corrections, Answer(204)),
)


def _corrections(call: Call) -> tuple[Correction, ...]:
    """The array of JSON, or the one correction of a form."""
    content_type = call.header("content-type")
    if check_content_type(content_type, _ACCEPTED) == JSON_CONTENT_TYPE:
        corrections = _listed(call)
    else:
        with read_form(content_type, call.body(), accepted=_ACCEPTED) as form:
            corrections = (parse_correction(form.members("correction")),)
    if not corrections:
        raise Invalid("The body has no correction; send DELETE to take all of them back.")
    return corrections


def _listed(call: Call) -> tuple[Correction, ...]:
    body = parse_object(call.body())
    check_members("The body", body, ("corrections",))
    return parse_corrections(body.get("corrections"))
