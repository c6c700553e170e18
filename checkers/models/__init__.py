"""The lattice of consistency models, and the anomalies that refute them, as cited tables."""

from checkers.models.examples import EXAMPLES
from checkers.models.explanation import explain, explainable
from checkers.models.implications import IMPLICATIONS
from checkers.models.lattice import (
    ANOMALIES,
    MODELS,
    by_strength,
    canonical_anomaly,
    canonical_model,
    equivalent,
    implied,
    implied_anomalies,
    implies,
    proscribed,
    refuted_by,
    strictly_weaker,
    strongest,
    weakest,
)
from checkers.models.layout import Layout, dot, layout
from checkers.models.propagation import (
    LatticeContradiction,
    classification,
    propagate,
    strongest_holding,
    weakest_violated,
)
from checkers.models.rows import AnomalyKind, Data, Example, Implication, Model

__all__ = [
    "ANOMALIES",
    "EXAMPLES",
    "IMPLICATIONS",
    "MODELS",
    "AnomalyKind",
    "Data",
    "Example",
    "Implication",
    "LatticeContradiction",
    "Layout",
    "Model",
    "by_strength",
    "canonical_anomaly",
    "canonical_model",
    "classification",
    "dot",
    "equivalent",
    "explain",
    "explainable",
    "implied",
    "implied_anomalies",
    "implies",
    "layout",
    "propagate",
    "proscribed",
    "refuted_by",
    "strictly_weaker",
    "strongest",
    "strongest_holding",
    "weakest",
    "weakest_violated",
]
