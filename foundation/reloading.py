"""Pages that show how far something is: they load themselves again without a script, until their reader stops them.

WCAG 2.2.1 asks that a reader can turn a timed reload off; a `<meta>` refresh offers no such way, so the page sends a header
and a link that leaves it out.
"""

from flask import make_response, request
from werkzeug.wrappers import Response

#: seconds between two loads of a page that shows progress
EVERY = 2


def reloads_itself() -> bool:
    """Whether the reader has let the page load itself again."""
    return "still" not in request.args


def while_under_way(page: str, is_under_way: bool) -> Response:
    """The page, which the browser asks for again as long as something is under way and its reader wants it."""
    answer = make_response(page)
    if is_under_way and reloads_itself():
        answer.headers["Refresh"] = str(EVERY)
    return answer
