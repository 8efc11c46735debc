"""``python -m benchmarks.unigram``; a process that is started anew imports this module, so that it imports nothing."""

if __name__ == "__main__":
    from benchmarks.unigram.command import main

    main()
