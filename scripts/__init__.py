"""Commands of the Makefile that are more than one line."""
