"""Kexue Book: nine articles of 科学空间 as checked derivations and experiments."""

__version__ = "0.1.0"
