"""`kexue.unigram` beside bytepiece, rs_bytepiece, sentencepiece and tokenizers, on the reader's machine.

    python -m benchmarks.unigram                                   # trains a model on text that is on every machine
    python -m benchmarks.unigram --model bytepiece_80k.zip --corpus zh.txt.gz en.txt.gz --processes 3 -o results.json

How it measures: each pair of contenders in one process, on one thread and on the same texts, in interleaved rounds
(peer, ours, peer, ours …), by CPU time, input bytes per second; a contender that needs less than a round repeats the
text. What is reported is the median of the rounds' ratios, with the smallest and the largest. Identical kernels differ
between processes (where their tables land in the cache): ``--processes`` repeats everything in fresh ones.
"""
