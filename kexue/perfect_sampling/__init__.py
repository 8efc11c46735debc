"""From Viterbi sampling to perfect sampling.

Source: 苏剑林, 随机分词再探：从Viterbi Sampling到完美采样算法, kexue.fm archives 9811, 2023-10-16.

Proved on the derivation page: one pass over the text draws every segmentation with exactly its probability; what the
partition function knows of all of them. Measured on the experiment page: the laws of our samplers and of the installed
peers against laws that are enumerated, the time to sample against the text's length, what α does to a text.

Rooms: `lattices` (partition functions of short texts, and the two samplers as programs whose law can be computed);
`goodness` (χ²), `laws` (of samplers that are not exact), `contest` (everyone's draws), `sheet` (108 segmentations),
`extremes` (the largest random number), `overflow` (where a peer panics), `regularization` (what α does), `speed`,
`experiment` (all of it run), `figures`. Without Jupyter:

    python -m kexue.perfect_sampling --preset full -o results.json
"""
