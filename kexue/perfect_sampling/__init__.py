"""From Viterbi sampling to perfect sampling.

Source: 苏剑林, 随机分词再探：从Viterbi Sampling到完美采样算法, kexue.fm archives 9811, 2023-10-16.

Proved on the derivation page: one pass over the text draws every segmentation with exactly its probability; what the
partition function knows of all of them.

Rooms: `lattices` (partition functions of short texts, and the two samplers as programs whose law can be computed).
"""
