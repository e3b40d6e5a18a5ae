"""Reading very many rows at once without the collector's going through all of them again and again.

Python looks for cycles each time the number of objects has grown by a quarter. A forecast of 10,000 agreements makes some 300,000 that hold
no cycle and all live to the end; looking through them takes a third of its time. They are freed by their counts as ever.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Let the collector rest meanwhile. Of several that overlap, the first to find it running sets it running again."""
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()
