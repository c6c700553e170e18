"""Synthetic histories: legal at a level by construction, of any size, and with anomalies planted by name."""

from checkers.synthetic.levels import LEVELS
from checkers.synthetic.planting import Planted, plant, plantable
from checkers.synthetic.shape import Shape
from checkers.synthetic.synthesis import events, synthesize

__all__ = ["LEVELS", "Planted", "Shape", "events", "plant", "plantable", "synthesize"]
