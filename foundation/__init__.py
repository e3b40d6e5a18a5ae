"""Machinery that knows nothing of children or fees; it imports no other package of ours."""
