"""Clinical instruments: answers in, :class:`~app.domain.instruments.outcome.Outcome` out.

One module an instrument (or family): its facts (:class:`~app.domain.instruments.tool.Instrument`), the keys it
accepts and a ``score`` function. ``registry`` lists them and is the door for everybody else; ``lines`` is the same
door for JSON lines.

What holds for all of them:

* decimal arithmetic only, and never on a rounded figure;
* a missing answer is not zero: the outcome is incomplete, without a score;
* what the answers given already make certain is said all the same (flag ``at_least``, red flags);
* bands are data, ordered from the mildest to the most serious, each with the severity that the screen shows;
* the texts are a calculator's aid to clinical judgement, not a substitute for it.
"""
