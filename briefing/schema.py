"""The machine-readable briefing's JSON Schema, derived from the model."""

import json

from briefing.model import SCHEMA_VERSION, Briefing


def json_schema() -> str:
    """JSON Schema of the briefing: sorted keys, two spaces, a newline at the end."""
    schema = Briefing.model_json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = f"VolBrief briefing {SCHEMA_VERSION}"
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
