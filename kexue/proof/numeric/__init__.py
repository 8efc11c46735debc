"""A second way to read a statement: by numbers, at random points inside the assumptions.

It shares no line with the kernel's normal forms. It decides nothing: it finds witnesses against a step that failed, and
it would catch a kernel that proved something false.
"""

from kexue.proof.numeric.comparing import tolerance_of
from kexue.proof.numeric.domain import ROUGH, TOLERANCE, Divergent, OutOfDomain, close
from kexue.proof.numeric.drawing import admits
from kexue.proof.numeric.model import Model

__all__ = ["ROUGH", "TOLERANCE", "Divergent", "Model", "OutOfDomain", "admits", "close", "tolerance_of"]
