"""Taking rows in over HTTP: bodies into spool files in a process of its own, and those into the store."""
