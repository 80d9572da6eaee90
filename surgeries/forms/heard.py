"""What an answer means, in one tap: a network we know, one by its name, or none."""

from django import forms


class ExplainForm(forms.Form):
    """Whose words, and either `network` (a key), `name` (of one known or new) or `none`."""

    words = forms.CharField(max_length=200)
    network = forms.ModelChoiceField(queryset=None, required=False)
    name = forms.CharField(max_length=200, required=False)
    none = forms.BooleanField(required=False)

    def __init__(self, *args, networks, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["network"].queryset = networks
