"""What the notices recognise of learning elsewhere: policies as data, one engine for all of them.

`types` says what a policy holds, `rules` judges, `reader` reads the files of `policies/`, `history`
and `dry_run` try a changed file on claims that were decided.
"""
