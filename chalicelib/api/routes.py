"""What a route is. The modules of views list theirs; `application` puts them on the app."""

from dataclasses import dataclass

from chalicelib.api.views import View

READ = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Route:
    """Methods on a path, answered by a view. Path parameters are called `<noun>_id`."""

    methods: tuple[str, ...]
    path: str
    view: View
    is_public: bool = False
