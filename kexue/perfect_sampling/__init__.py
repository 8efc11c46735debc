"""From Viterbi sampling to perfect sampling.

Source: 苏剑林, 随机分词再探：从Viterbi Sampling到完美采样算法, kexue.fm archives 9811, 2023-10-16.

Measured on the experiment page: the laws of our samplers and of the installed peers against laws that are enumerated, how
the time to sample grows with the text, and what stochastic segmentation does to English and Chinese.

Rooms: `goodness` (χ²), `laws` (of samplers that are not exact), `contest` (everyone's draws), `sheet` (a lattice of 108
segmentations), `extremes` (the largest random number), `overflow` (where a peer panics), `regularization` (what α does),
`speed`, `experiment` (all of it run), `figures`. Without Jupyter:

    python -m kexue.perfect_sampling --preset full -o results.json
"""
