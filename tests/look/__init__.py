"""A scratch application that shows every macro of the look on one page."""
