"""The charts of the record: data in, a drawing and its table out (:class:`app.domain.drawing.Chart`).

Every chart takes the ``width`` it may have in points and lays itself out for it, so that larger text on the screen
means fewer columns and not smaller ones.
"""
