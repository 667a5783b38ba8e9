"""The plots of a job: consequences, positions along the genome, substitutions."""

from portal.components.figures.consequence_bars import consequences
from portal.components.figures.genome_positions import positions
from portal.components.figures.genome_stretches import stretches
from portal.components.figures.substitution_bars import substitutions

__all__ = ["consequences", "positions", "stretches", "substitutions"]
