"""API keys: a machine's way in. Only a hash is stored."""

from django.db import models
from rest_framework_api_key.models import AbstractAPIKey


class ApiKey(AbstractAPIKey):
    """A named key with a scope: read ⊂ write ⊂ admin."""

    class Scope(models.TextChoices):
        """What a key may do."""

        READ = "read", "Read"
        WRITE = "write", "Read and write records, segments and programmes"
        ADMIN = "admin", "Everything, attributes and webhooks included"

    scope = models.CharField(max_length=5, choices=Scope.choices)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(AbstractAPIKey.Meta):
        verbose_name = "API key"
        verbose_name_plural = "API keys"
