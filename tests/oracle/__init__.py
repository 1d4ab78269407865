"""A second opinion on every score, written from the rules text alone and sharing nothing with the program.

``tables`` holds the published tables as they are printed; ``verdicts`` reads them, in exact fractions; ``inputs`` makes
the answers to try them on.
"""
