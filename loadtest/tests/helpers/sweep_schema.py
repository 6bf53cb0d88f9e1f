"""
Holds documents against the committed schema of sweep.json.
"""

from __future__ import annotations

import json
from typing import Any

import jsonschema

from loadtest.results.schema import SCHEMA_PATH

SCHEMA = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
# Made once: `jsonschema.validate` holds the schema itself against its own schema before each document.
_VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def validate_sweep(document: Any) -> None:
    """
    Hold a document against the committed schema.

    Raises:
        jsonschema.ValidationError: It does not keep it.
    """
    _VALIDATOR.validate(document)
