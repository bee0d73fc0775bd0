"""Reads an Iceberg table with PyIceberg and prints what it sees as JSON.

    read_table.py METADATA_LOCATION FOLDER

Locations are s3://BUCKET/KEY; FOLDER holds the bucket's objects, each in the
file that its key says.
"""

import json
import sys

from pyarrow.fs import LocalFileSystem, SubTreeFileSystem
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.serializers import FromInputFile
from pyiceberg.table import Table


class FolderIO(PyArrowFileIO):
    """Finds every bucket's objects in one folder."""

    folder = "/"

    def _initialize_fs(self, scheme, netloc=None):
        return SubTreeFileSystem(self.folder, LocalFileSystem())

    @staticmethod
    def parse_location(location, properties=None):
        bucket, _, key = location.removeprefix("s3://").partition("/")
        return "s3", bucket, key


def describe(table, snapshot):
    scan = table.scan(snapshot_id=snapshot.snapshot_id)
    rows = scan.to_arrow().to_pylist()
    schema = table.metadata.schema_by_id(snapshot.schema_id)
    return {
        "version": int(snapshot.summary["lakehouse.version"]),
        "operation": snapshot.summary.operation.value,
        "files": [task.file.file_path for task in scan.plan_files()],
        "columns": [{"field_id": f.field_id, "name": f.name} for f in schema.fields],
        "rows": json.loads(json.dumps(rows, default=str)),
    }


def main(location, folder):
    FolderIO.folder = folder
    io = FolderIO({})
    metadata = FromInputFile.table_metadata(io.new_input(location))
    table = Table(("t",), metadata, location, io, None)
    versions = [describe(table, s) for s in table.metadata.snapshots]
    numbers = {s.snapshot_id: v["version"] for s, v in zip(table.metadata.snapshots, versions)}
    tags = {name: numbers[ref.snapshot_id] for name, ref in table.metadata.refs.items() if ref.snapshot_ref_type == "tag"}
    json.dump({"uuid": str(metadata.table_uuid), "tags": tags, "comment": table.properties.get("comment"), "docs": {f.name: f.doc for f in table.schema().fields}, "versions": versions}, sys.stdout)


main(*sys.argv[1:])
