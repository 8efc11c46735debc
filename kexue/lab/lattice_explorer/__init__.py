"""`explore_lattice`: the lattice of a text that the reader types, its law at the α that the reader chooses.

Tokens over their characters, each filled to its marginal; log Z, entropy, expected number of tokens, number of
segmentations; the most probable segmentations beside sampled ones. All of it is computed in the page, for a small
vocabulary that the page carries, so it needs no kernel, server or network.

    explore_lattice(
        {"re": -3.1, "flow": -4.0, "reflow": -9.5, …},  # or a kexue.unigram Vocabulary
        "reflow",
        alpha=1.0,
        title="Every way to cut the text",
        alt="Tokens over the characters that they span, each filled to its marginal",
    )

With a kernel, `explorer.text`, `explorer.alpha` and `explorer.seed` follow the reader and move the figure.
"""

from kexue.lab.lattice_explorer.widget import LatticeExplorer, explore_lattice

__all__ = ["LatticeExplorer", "explore_lattice"]
