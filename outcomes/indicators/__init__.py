"""The outcomes framework: declared in versioned files here, read by `reading`, rated by `rating`."""
