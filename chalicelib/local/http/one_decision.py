"""The authorizer's decision on a request that is looked at twice: before its body is read, and with it."""

from typing import Any

_IN_EVENT = "authorizer"


class OneDecision:
    """Stands before Chalice's local authorizer. What it said before the body was read also holds with the body: a
    second answer could be another one, and the view would get a request whose body was not read."""

    def __init__(self, authorizer: Any) -> None:
        self._authorizer = authorizer
        self._foreseen: tuple[Any, Exception | None] | None = None

    def foresee(self, path: str, event: dict[str, Any], context: Any) -> Any:
        """Returns what the view will know of the caller, None if the route is open to all. Raises what `authorize`
        raises. The next `authorize` gives the same answer."""
        try:
            admitted, _ = self._authorizer.authorize(path, event, context)
        except Exception as refusal:
            self._foreseen = None, refusal
            raise
        found = admitted["requestContext"].get(_IN_EVENT)
        self._foreseen = found, None
        return found

    def forget(self) -> None:
        """Another request begins."""
        self._foreseen = None

    def authorize(self, path: str, event: dict[str, Any], context: Any) -> tuple[dict[str, Any], Any]:
        """As Chalice's."""
        foreseen, self._foreseen = self._foreseen, None
        if foreseen is None:
            admitted: tuple[dict[str, Any], Any] = self._authorizer.authorize(path, event, context)
            return admitted
        found, refusal = foreseen
        if refusal is not None:
            raise refusal
        if found is not None:
            event["requestContext"][_IN_EVENT] = found
        return event, context
