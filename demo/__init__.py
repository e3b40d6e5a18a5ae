"""The invented partnership: made through the real verbs under a moving clock, and multiplied for benchmarks."""
