"""Re-derives every stored answer from the `scenes`, `views` and `objects` tables alone.

Nothing here is shared with the code that makes the answers: the formulas, the text parsing and the rules are written
a second time, so that a mistake has to be made twice to pass.
"""
