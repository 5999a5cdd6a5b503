"""Benchmarks: our code beside the best we can write by hand, in one run on one machine."""
