"""Files that a visitor gives: what they hold, what must be asked, and what was answered.

A file that cannot be read yet waits here, while the page goes on showing what it showed.
"""

import tomllib
from dataclasses import replace
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from optimizer.app import state
from optimizer.case import Case, DataFile
from optimizer.casefile import case_from_files, case_from_table, case_text
from optimizer.data.packed import bundle
from optimizer.data.reading import Preview, preview
from optimizer.errors import CaseError, DataError
from optimizer.language import Listed, Number, say, say_n

MOST_BYTES, MOST_FILES = 50 << 20, 20  # of one upload
_MOST_FACTS = 1 << 20  # bytes of a case.toml


def upload(files: list[UploadedFile]) -> None:
    """Replace whatever is shown by uploaded files, if they can be read.

    Raises
    ------
    OpeningHoursError
        They are too many or too big, or cannot be read; nothing is changed.
    """
    size = sum(file.size for file in files)
    if len(files) > MOST_FILES or size > MOST_BYTES:
        raise DataError(
            say_n(
                "{n} file of {size} MB is too much",
                "{n} files of {size} MB together are too much",
                len(files),
                size=Number(size / (1 << 20)),
            ),
            where=say("upload"),
            cure=say(
                "Give at most {files} files and {size} MB: leave out old years, pack a file with "
                "zip, or add sales up by hour.",
                files=MOST_FILES,
                size=MOST_BYTES >> 20,
            ),
        )
    given = [piece for file in files for piece in _pieces(file)]
    facts = [file for file in given if file.file.casefold().endswith(".toml")]
    case = _case_of(facts, [file for file in given if file not in facts])
    st.session_state.offered = case
    state.receive(case, own=True)
    if facts:  # a case says what holds, whatever was said before
        st.session_state.visitor = replace(state.visitor(), facts={}, what_ifs={})
    st.session_state.offered = None


def _pieces(file: UploadedFile) -> list[DataFile]:
    """A file as it was given, or the files of a whole case packed into one."""
    name, content = _label(file.name), file.getvalue()
    packed = bundle(name, content) or {name: content}
    return [
        DataFile(_label(name), content=content)
        for name, content in packed.items()
        if not name.casefold().endswith(".md")  # tells people what lies beside it
    ]


def _case_of(facts: list[DataFile], data: list[DataFile]) -> Case:
    """The case of uploaded files: what their case.toml says of them, else what they tell."""
    if not facts and state.is_desk():
        return _desk_with({file.file: file.content for file in data})
    if not facts:
        answers = st.session_state.get("answers", {})
        data = [replace(answers.get(state.digest(file), file), file=file.file) for file in data]
        named = {look(state.digest(file), file).currency for file in data} - {""}
        known = len(named) == 1 and len(min(named)) == 3  # "kr" and "$" name several
        return case_from_files(data, {"name": ""} | ({"currency": named.pop()} if known else {}))
    if len(facts) > 1 or len(facts[0].content or b"") > _MOST_FACTS:
        raise CaseError(say("give one case.toml of at most a megabyte"), where=facts[0].file)
    try:
        case = case_from_table(tomllib.loads((facts[0].content or b"").decode("utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(say("not valid TOML: {why}", why=str(error)), where=facts[0].file) from None
    given = {file.file: file for file in data}
    wanted = {Path(file.file).name: file for file in case.data}
    missing = [name for name in wanted if name not in given]
    if missing:
        raise CaseError(
            say("names {file}, which was not given", file=missing[0]),
            where=facts[0].file,
            cure=say("Choose it together with its data files."),
        )
    about = [replace(wanted.get(name, file), file=name, content=file.content)
             for name, file in given.items()]  # fmt: skip
    return replace(case, data=tuple(about))


def _desk_with(contents: dict[str, bytes | None]) -> Case:
    """The desk that is shown, with given files in the place of those of their names."""
    case = state.visitor().source
    known = [file.file for file in case.data]
    for name in contents:
        if name not in known:
            raise DataError(
                say("the desk that is shown has no file of this name"),
                where=name,
                cure=say("Its files are {names}; for others, give a case.toml that names them.",
                         names=Listed(known)),
            )  # fmt: skip
    data = (replace(file, content=contents.get(file.file, file.content)) for file in case.data)
    return replace(case, data=tuple(data), synthetic=case.synthetic and len(contents) < len(known))


def offered() -> list[tuple[str, DataFile]]:
    """Files that were given and could not be read yet, each with the digest of its bytes.

    Those of a desk are what its case.toml says.
    """
    case: Case | None = st.session_state.get("offered")
    if case is None or case.is_desk:
        return []
    return [(state.digest(file), file) for file in case.data]


def look(digest: str, file: DataFile) -> Preview:
    """What a file seems to hold, as it is and with what the visitor said of it.

    Raises
    ------
    DataError
        The file is no table at all.
    """
    with st.spinner(state.t(say("Looking at the file ..."))):
        return _looked(state.hash_of((digest, file)), file)


@st.cache_data(scope="session", max_entries=4 * MOST_FILES, ttl=state.KEEP, show_spinner=False)
def _looked(key: str, _file: DataFile) -> Preview:
    return preview(_file)


def answer(digest: str, said: DataFile) -> None:
    """Read everything again with what the visitor says of one file; it holds for these bytes.

    Raises
    ------
    OpeningHoursError
        The files cannot be read so; what is shown stays.
    """
    waiting: Case | None = st.session_state.get("offered")
    if waiting and digest not in map(state.digest, waiting.data):
        waiting = None
    case = waiting or state.visitor().source
    data = (said if state.digest(file) == digest else file for file in case.data)
    case = replace(case, data=tuple(data))
    if waiting:
        st.session_state.offered = case
    state.receive(case, own=state.visitor().own or waiting is not None)
    st.session_state.offered = None
    st.session_state.setdefault("answers", {})[digest] = said


def case_file() -> str:
    """The case.toml of what is shown: the facts, and what columns mean; what-ifs are left out."""
    return case_text(state.visitor().stated)


def _label(name: str) -> str:
    """A visitor's file name, fit to be shown and for nothing else."""
    return "".join(sign for sign in name if sign.isprintable())[-80:] or "upload"
