"""From Viterbi decoding to Viterbi sampling.

Source: 苏剑林, 随机分词浅探：从Viterbi Decoding到Viterbi Sampling, kexue.fm archives 9768, 2023-09-16.

Proved on the derivation page: Viterbi decoding finds the best segmentation, how many candidates it looks at, the law of
pairwise acceptance and how far it is from the exact one.

Measured on the experiment page: that law on real words, the n best against the exact law, the speed of libraries.

Rooms: `lattices` (segmentations of a short text, the law of a sampler on symbolic weights); `pairwise` (that law on
real lattices, and draws), `three` (against the derivation's closed form), `truncation` (the n best, χ²), `strings`,
`speed`, `experiment`, `shown` and `figures`.
"""
