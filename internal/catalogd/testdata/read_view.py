"""Reads the metadata file of a view with PyIceberg and prints what it sees."""

import json
import sys

from pyiceberg.view.metadata import ViewMetadata

with open(sys.argv[1], encoding="utf-8") as f:
    view = ViewMetadata.model_validate_json(f.read())
schemas = {s.schema_id: s for s in view.schemas}
print(json.dumps({
    "uuid": view.view_uuid,
    "comment": view.properties.get("comment", ""),
    "current": view.current_version_id,
    "versions": [{
        "version": v.version_id,
        "namespace": list(v.default_namespace),
        "sql": [[r.root.dialect, r.root.sql] for r in v.representations],
        "columns": [{"field_id": f.field_id, "name": f.name, "type": str(f.field_type)} for f in schemas[v.schema_id].fields],
    } for v in view.versions],
    "log": [h.version_id for h in view.version_log],
}))
