"""Pulling from the systems that people already run: how far each is read, and the engine that reads on."""
