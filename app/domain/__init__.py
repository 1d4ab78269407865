"""The pure centre of Hartwell: values, clinical scores and policy rules.

Nothing here touches Qt, SQL, the disk, the network or the clock. Every function can be called from a test with plain
values, and gives the same answer on every machine and on every date.
"""
