"""Bodies with a fixed shape: a member that is not named is an error, so nothing is set by accident."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown members. Only for input; what the API shows is written out by each view."""

    def to_internal_value(self, data: Any) -> Any:
        """The checked values."""
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {name: [ErrorDetail(f"There is no “{name}” here.", "unknown_field")] for name in unknown}
                )
            self._refuse_numbers(data)
            self._refuse_long(data)
        return super().to_internal_value(data)

    def _refuse_numbers(self, data: dict[str, Any]) -> None:
        """A number where a text belongs, by itself or in a list: nobody can tell which text was meant."""
        wrong = {}
        for name, value in data.items():
            field = self.fields[name]
            of, texts = field, [value]
            if isinstance(field, serializers.ListField) and isinstance(value, list):
                of, texts = field.child, value
            if isinstance(of, serializers.CharField) and any(isinstance(each, int | float) for each in texts):
                wrong[name] = [ErrorDetail("Not a valid string.", "invalid")]
        if wrong:
            raise serializers.ValidationError(wrong)

    def _refuse_long(self, data: dict[str, Any]) -> None:
        """Texts that are too long as they came: spaces around them, which are cut off, count too."""
        limits = {name: getattr(field, "max_length", None) for name, field in self.fields.items()}
        long = {
            name: [ErrorDetail(f"At most {limits[name]} characters.", "max_length")]
            for name, value in data.items()
            if isinstance(value, str) and len(value) > (limits[name] or len(value))
        }
        if long:
            raise serializers.ValidationError(long)


def checked(serializer: type[StrictSerializer], data: Any, *, partial: bool = False) -> dict[str, Any]:
    """The values of a body, or ValidationError with the place of each fault."""
    form = serializer(data=data, partial=partial)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)
