"""An index built while messages go on being stored."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddIndex
from django.db.migrations.state import ProjectState


class AddIndexOnline(AddIndex):
    """AddIndex, on PostgreSQL with CONCURRENTLY: a plain one blocks every INSERT until it is built.

    For migrations with `atomic = False`. One that was broken off leaves an invalid index behind: drop it
    (`DROP INDEX CONCURRENTLY name`) and migrate again. SQLite has one writer anyway and builds as always.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.add_index(model, self.index, concurrently=True)  # type: ignore[call-arg]
