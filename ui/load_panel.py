"""Loading a file on the Sources page: upload, proposed mapping, load with progress, and what was loaded."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from data.mapping import MappingError
from data.sources.refusal import SourceError
from service.loading import LoadRequest, Wish
from service.remap import remapped, target_of, targets
from ui import format as say
from ui import load_progress
from ui.names import TABLE_NAMES
from ui.scope_bar import zones

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from data.mapping import Mapping
    from service.loading import Preview
    from ui.context import Visit

AS_FOUND = "as recognised"
AS_WRITTEN = "as the file says"
MOST_IN_VIEW = 25
ROOT = Path(__file__).resolve().parent.parent
PYTHON = Path(sys.executable)
# As typed in the folder of the app, with the Python that runs it.
COMMAND = f"{PYTHON.relative_to(ROOT) if PYTHON.is_relative_to(ROOT) else 'python'} -m data.load FILE …"


@dataclass(frozen=True)
class Upload:
    """A file that was uploaded, and our copy of it."""

    id: str
    name: str
    path: Path


def show(visit: Visit) -> None:
    """The whole panel."""
    with st.container(border=True, key="panel_load", gap="small"):
        st.markdown(
            "**Load your own data**",
            help="The first row of yours makes a store of its own; the demo stays apart.",
        )
        if load_progress.show(visit):
            return
        # A new key empties the uploader after a load.
        round_ = st.session_state.setdefault("load_round", 0)
        file = st.file_uploader(
            "NDJSON, JSON, CSV, TSV or Parquet, plain or packed with gz, zst or bz2", key=f"upload_{round_}"
        )
        if file is None:
            st.caption("Or on the command line, also while the app runs, and for files of any size:")
            st.code(COMMAND, language="bash")
            return
        upload = kept(visit, file)
        try:
            proposal(visit, upload)
        except (SourceError, MappingError) as error:
            st.error(
                say.on_the_page(str(error)),
                title="This file cannot be loaded like that",
                icon=":material/error:",
            )


def kept(visit: Visit, file: UploadedFile) -> Upload:
    """Our copy of the upload, made once; the one before it is thrown away."""
    known: Upload | None = st.session_state.get("upload")
    if known is not None and known.id == file.file_id and known.path.exists():
        return known
    if known is not None:
        known.path.unlink(missing_ok=True)
    folder = visit.house.uploads
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file.file_id}{''.join(Path(file.name).suffixes[-2:])}"
    with path.open("wb") as copy:
        shutil.copyfileobj(file, copy)
    upload = st.session_state["upload"] = Upload(file.file_id, file.name, path)
    return upload


def proposal(visit: Visit, upload: Upload) -> None:
    """How the file would be loaded, what can be changed about that, and the button that loads it."""
    wish = choices(visit, upload)
    first = preview(visit, upload, wish)
    st.markdown(first.sentence)
    mapping = edited(first, upload)
    shown = first if mapping is first.mapping else preview(visit, upload, Wish(mapping=mapping))
    for problem in shown.problems:
        st.warning(f"{say.on_the_page(problem)} Choose it above.", icon=":material/edit:")
    for note in shown.notes:
        st.caption(f":material/info: {say.on_the_page(note)}")
    first_rows(shown)
    st.button(
        "Load",
        type="primary",
        icon=":material/upload:",
        disabled=bool(shown.problems) or not shown.fields,
        on_click=load,
        args=(visit, upload, mapping),
        key="load",
    )


def choices(visit: Visit, upload: Upload) -> Wish:
    """What a person says about the file as a whole."""
    with st.grid(3, min_column_width=200, gap="small"):
        table = st.selectbox(
            "What a line is",
            [AS_FOUND, *TABLE_NAMES],
            format_func=lambda name: TABLE_NAMES.get(name, name),
            key=f"table_{upload.id}",
        )
        timezone = st.selectbox(
            "Times without a zone are in",
            [AS_WRITTEN, *zones(st.context.timezone, visit.request.timezone)],
            key=f"zone_{upload.id}",
        )
        source = st.text_input(
            "Source",
            key=f"source_{upload.id}",
            placeholder="named after the file",
            help="All files of one kind share a source: a row that came in under it before is not doubled, "
            "and the mapping is kept for the next file.",
        )
    return Wish(
        table=None if table == AS_FOUND else table,
        source=source.strip() or None,
        timezone=None if timezone == AS_WRITTEN else timezone,
    )


def preview(visit: Visit, upload: Upload, wish: Wish) -> Preview:
    """The preview of one wish; made once, kept while the person looks at it."""
    key = (upload.id, wish.table, wish.source, wish.timezone, wish.mapping.to_toml() if wish.mapping else "")
    known: dict[Any, Preview] = st.session_state.setdefault("previews", {})
    if key not in known:
        if len(known) > 8:
            known.clear()
        known[key] = visit.house.loading.preview(upload.path, upload.name, wish=wish)
    return known[key]


def edited(first: Preview, upload: Upload) -> Mapping:
    """The fields of the file and what each fills; a person may choose another column."""
    mapping = first.mapping
    proposed = [target_of(mapping, field.path) for field in first.fields]
    frame = pd.DataFrame(
        {
            "field": [field.path for field in first.fields],
            "examples": [" · ".join(field.samples[:3])[:200] for field in first.fields],
            "fills": proposed,
        }
    )
    fills = list(dict.fromkeys(["attribute", *targets(mapping), *proposed]))
    changed = st.data_editor(
        frame,
        hide_index=True,
        disabled=("field", "examples"),
        height="content" if len(frame) <= MOST_IN_VIEW else "auto",
        key=f"fields_{upload.id}_{mapping.source}_{mapping.rules[0].table}",
        alt="The fields of the file, examples of their values, and the column that each fills",
        column_config={
            "field": st.column_config.TextColumn("Field in the file", width="medium"),
            "examples": st.column_config.TextColumn("Examples", width="large"),
            "fills": st.column_config.SelectboxColumn("Fills", options=fills, required=True, width="medium"),
        },
    )
    for path, before, now in zip(frame["field"], proposed, changed["fills"], strict=True):
        if now != before:
            mapping = remapped(mapping, path, now)
    return mapping


def first_rows(shown: Preview) -> None:
    """What the first records become, and the ones that could not be read."""
    if not shown.rows and not shown.rejects:
        return
    with st.expander("The first rows as they would be stored", expanded=False):
        for table, rows in shown.rows.items():
            st.caption(TABLE_NAMES.get(table, table))
            filled = [
                column
                for column in rows.columns
                if rows[column].notna().any() and not rows[column].eq("").all()
            ]
            st.dataframe(rows[filled], hide_index=True, placeholder="–", row_height=32)
        for line, reason, _text in shown.rejects[:5]:
            st.caption(f":material/block: line {line}: {say.on_the_page(reason)}")


def load(visit: Visit, upload: Upload, mapping: Mapping) -> None:
    """Puts the file in the line of loads and empties the uploader."""
    request = LoadRequest(upload.path, upload.name, Wish(mapping=mapping), remove=True)
    load_progress.follow(visit.house.loading.start(request))
    for name in ("upload", "previews"):
        st.session_state.pop(name, None)
    st.session_state["load_round"] += 1
