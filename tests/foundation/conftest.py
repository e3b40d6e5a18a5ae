"""What the tests of the look stand on: the vendored sheets and fonts, a served gallery, a browser."""

from collections.abc import Iterator
from threading import Thread

import pytest
from werkzeug.serving import make_server

from tests.look.gallery import create_gallery


@pytest.fixture(scope="module")
def gallery_address(built_assets: None) -> Iterator[str]:
    """The gallery, served on a port of its own."""
    server = make_server("127.0.0.1", 0, create_gallery(), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
