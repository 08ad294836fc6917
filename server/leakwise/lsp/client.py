"""What the connected client can do, read once from its capabilities."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsprotocol import types


@dataclass(frozen=True, slots=True)
class Client:
    """The capabilities that change what the server sends; the defaults are LSP's."""

    encoding: str = "utf-16"
    """The unit of columns: utf-8, utf-16 or utf-32."""
    pulls_diagnostics: bool = False
    refreshes_diagnostics: bool = False
    refreshes_hints: bool = False
    shows_related: bool = False
    reads_markdown: bool = False
    resolves_edits: bool = False
    versions_edits: bool = False
    watches_files: bool = False
    answers_configuration: bool = False
    registers_configuration: bool = False
    """Whether it can be asked to tell when its settings change."""
    disables_actions: bool = False
    creates_files: bool = False
    annotates_changes: bool = False
    shows_documents: bool = False
    shows_progress: bool = False
    takes_related_documents: bool = False
    shows_pages: bool = False
    """Whether it shows by itself what `leakwise.showRulePage` gives."""
    shows_findings_on_hover: bool = False
    """Whether it puts the diagnostics of a place above what the server tells of it."""
    tags_unnecessary: bool = False
    """Whether it shows, by a tag, that code does nothing."""

    def as_data(self) -> dict[str, str | bool]:
        """All of it, by name."""
        return asdict(self)

    @classmethod
    def from_capabilities(cls, capabilities: "types.ClientCapabilities") -> "Client":
        """Reads what a client declared in `initialize`."""
        # Processes that scan have their client as data, and do without what takes long to load.
        from lsprotocol import types
        from pygls.capabilities import ServerCapabilitiesBuilder, get_capability

        def has(path: str) -> bool:
            return bool(get_capability(capabilities, path, False))

        formats = get_capability(capabilities, "text_document.hover.content_format") or []
        operations = get_capability(capabilities, "workspace.workspace_edit.resource_operations")
        own = capabilities.experimental
        # What those can show who pull may be declared there alone.
        tags = (
            get_capability(capabilities, f"text_document.{how}.tag_support.value_set") or ()
            for how in ("publish_diagnostics", "diagnostic")
        )
        resolvable = get_capability(
            capabilities, "text_document.code_action.resolve_support.properties"
        )
        return cls(
            encoding=str(
                types.PositionEncodingKind(
                    ServerCapabilitiesBuilder.choose_position_encoding(capabilities)
                ).value
            ),
            pulls_diagnostics=has("text_document.diagnostic"),
            refreshes_diagnostics=has("workspace.diagnostics.refresh_support"),
            refreshes_hints=has("workspace.inlay_hint.refresh_support"),
            shows_related=has("text_document.publish_diagnostics.related_information")
            or has("text_document.diagnostic.related_information"),
            reads_markdown=types.MarkupKind.Markdown in formats,
            resolves_edits="edit" in (resolvable or [])
            and has("text_document.code_action.data_support"),
            versions_edits=has("workspace.workspace_edit.document_changes"),
            watches_files=has("workspace.did_change_watched_files.dynamic_registration"),
            answers_configuration=has("workspace.configuration"),
            registers_configuration=has("workspace.did_change_configuration.dynamic_registration"),
            disables_actions=has("text_document.code_action.disabled_support"),
            creates_files=has("workspace.workspace_edit.document_changes")
            and types.ResourceOperationKind.Create in (operations or []),
            annotates_changes=has("workspace.workspace_edit.change_annotation_support"),
            shows_progress=has("window.work_done_progress"),
            takes_related_documents=has("text_document.diagnostic.related_document_support"),
            shows_documents=has("window.show_document.support"),
            shows_pages=isinstance(own, dict) and own.get("showsRulePages") is True,
            shows_findings_on_hover=isinstance(own, dict)
            and own.get("showsFindingsOnHover") is True,
            tags_unnecessary=any(types.DiagnosticTag.Unnecessary in some for some in tags),
        )
