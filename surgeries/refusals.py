"""How an action says no: with a sentence for the person who asked."""


class Refused(Exception):
    """An action may not be done now.

    `sentence` is shown to the person as it stands, so it says what to do next.
    `field` names the form field it belongs to, if any.
    """

    def __init__(self, sentence, *, field=None):
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
