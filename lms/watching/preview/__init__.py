"""Looking at a lesson as its learners will see it, without being one: nothing is earned or kept.

No table is written. What a preview must remember between two requests travels with the page, in a
sealed state. Keys come by an ordinary route that asks each time whether the visitor may look.
"""
