"""Histories as others write them down, and how to tell which of them a file is."""

from histories.formats.format import Format
from histories.formats.table import FORMATS, Detected, detect, read_histories, read_history

__all__ = ["FORMATS", "Detected", "Format", "detect", "read_histories", "read_history"]
