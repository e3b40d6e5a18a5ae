"""One scenario a file, told as the people of the trade would tell it, each step in a browser by the role that does it."""
