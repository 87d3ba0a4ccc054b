"""What a verb refuses, said where it was entered."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError


class RefusingMixin(forms.BaseForm):
    """For a form whose input a verb has the last word on, before `forms.Form` among its bases."""

    def refuse(self, error: ValidationError) -> None:
        """Shows a verb's refusal at its fields; above them all what is about none of them."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, messages in error.message_dict.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)
