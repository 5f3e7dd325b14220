"""One index on disk: made, opened, written, asked. Nothing here waits for a database; all of it may block for a while,
so call it in a thread, all but what says otherwise."""

import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import tantivy
from tantivy import Occur, Order, Query

from svc_credit_registry.discovery.indexes.rules import SCHEMA, Entry, documents, key_of, restored

UNSEARCHED = "unsearched"
WORDS = "whitespace"
ABOUT = "about.json"
STATE = "state"
NOBODY = "nobody"
_META, _MANAGED = "meta.json", ".managed.json"
MOST_VALUES = 10_000
Words = Sequence[str | tuple[int, str]]
"""Words one behind the other; one may be given with its place."""
SORTED_HERE = 200


@dataclass(frozen=True)
class About:
    """What an index was made for: its schema, the register it follows, where stretches begin, how many entries."""

    schema: str
    register: str
    boundaries: list[str]
    built_with: int


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", fast=True, tokenizer_name=UNSEARCHED, index_option="basic")
    for name in ("code", "numbers", "people", "meta"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("names", "former", "sounds", "former_sounds", "initials"):
        builder.add_text_field(name, tokenizer_name=WORDS, index_option="position")
    builder.add_text_field("tags", tokenizer_name=WORDS, index_option="basic")
    for name in ("status", "region", "industry", "form", "year", "lists"):
        builder.add_text_field(name, fast=True, tokenizer_name=UNSEARCHED, index_option="basic")
    builder.add_text_field("row", stored=True, tokenizer_name=UNSEARCHED, index_option="basic")
    return builder.build()


def _raw(*filters: tantivy.Filter) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    for each in filters:
        builder = builder.filter(each)
    return builder.build()


SCHEMA_OF_FIELDS = _schema()


def _parser() -> tantivy.Index:
    """An empty index that only reads ranges of keys: in it keys are terms, so that the bounds of a range may be."""
    index = tantivy.Index(SCHEMA_OF_FIELDS)
    index.register_tokenizer(UNSEARCHED, _raw())
    return index


_PARSER = _parser()


@dataclass(frozen=True)
class View:
    """An index as it is at one moment; places in it are only good for this view."""

    searcher: tantivy.Searcher
    about: About

    @property
    def size(self) -> int:
        """How many enterprises are in it."""
        return max(self.searcher.num_docs - 1, 0)

    @property
    def position(self) -> int:
        """How far in the feed of changes the index is."""
        found = self.searcher.search(Query.term_query(SCHEMA_OF_FIELDS, "meta", STATE), 1, count=False).hits
        return int(self.searcher.doc(found[0][1])["row"][0]) if found else 0

    def entries(self, places: Iterable[tantivy.DocAddress]) -> list[Entry]:
        """The entries at these places."""
        return [restored(self.searcher.doc(place)["row"][0]) for place in places]


class OpenIndex:
    """An index that can be asked, and written by one process at a time."""

    def __init__(self, path: Path, about: About, index: tantivy.Index) -> None:
        self.path, self.about, self._index = path, about, index
        self._writer: tantivy.IndexWriter | None = None
        self._seen = self._stamp()
        self.view = View(index.searcher(), about)

    @classmethod
    def make(cls, path: Path, register: str, boundaries: list[str], built_with: int) -> "OpenIndex":
        """An empty index in a new folder."""
        path.mkdir(parents=True)
        about = About(SCHEMA, register, boundaries, built_with)
        (path / ABOUT).write_bytes(orjson.dumps(about))
        return cls(path, about, _with_tokenizers(tantivy.Index(SCHEMA_OF_FIELDS, str(path))))

    @classmethod
    def open(cls, path: Path) -> "OpenIndex | None":
        """The index in a folder; None where there is none, or one of another schema."""
        try:
            about = About(**orjson.loads((path / ABOUT).read_bytes()))
            if about.schema != SCHEMA:
                return None
            return cls(path, about, _with_tokenizers(tantivy.Index.open(str(path))))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def searcher(self) -> tantivy.Searcher:
        """What the index is asked by, as it is now."""
        return self.view.searcher

    def refresh(self) -> bool:
        """Sees what was committed since, also by another process; cheap when nothing was. May be called anywhere."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._index.reload()
        self._seen, self.view = stamp, View(self._index.searcher(), self.about)
        return True

    def _stamp(self) -> tuple[int, int]:
        status = os.stat(self.path / _META)
        return status.st_mtime_ns, status.st_ino

    def write_with(self, memory: int) -> None:
        """Takes the index for writing, with so many bytes for what is not on disk yet. ValueError when it is taken."""
        if self._writer is None:
            self._writer = self._index.writer(memory, 1)
            # The first change has the stamp of the last commit. Pieces that are merged before the next one take it for
            # a part of that one, and keep what it should have deleted: so it deletes nothing.
            self._writer.delete_documents_by_term("code", NOBODY)

    def add(self, entries: Sequence[Entry]) -> None:
        """Adds entries which are not in the index yet."""
        assert self._writer is not None
        for document in documents(entries, self.about.boundaries):
            self._writer.add_json(orjson.dumps(document).decode())

    def replace(self, entries: Sequence[Entry], gone: Iterable[str] = ()) -> None:
        """Puts entries in the place of those with the same codes, and takes out those which are gone."""
        assert self._writer is not None
        for code in (*gone, *(entry.code for entry in entries)):
            self._writer.delete_documents_by_term("code", code)
        self.add(entries)

    def commit(self, position: int) -> None:
        """Makes all that was written last, together with how far it follows the feed."""
        assert self._writer is not None
        self._writer.delete_documents_by_term("meta", STATE)
        self._writer.add_json(orjson.dumps({"meta": STATE, "row": str(position)}).decode())
        self._writer.commit()
        self.refresh()

    def finish(self) -> None:
        """Makes what was written last, without a position, and gives the index back."""
        assert self._writer is not None
        self._writer.commit()
        self.settle()

    def with_pieces_of(self, others: Sequence[Path]) -> "OpenIndex":
        """This index, empty so far, with all that indexes of the same kind hold; their folders are gone then.

        An index is a list of pieces, each of some files that nothing ever changes: these are moved and listed anew.
        """
        lists = [orjson.loads((path / _META).read_bytes()) for path in others]
        for path in others:
            for file in path.iterdir():
                if not file.name.startswith(".") and file.name not in (ABOUT, _META):
                    file.rename(self.path / file.name)
            shutil.rmtree(path)
        listed = orjson.loads((self.path / _META).read_bytes())
        listed["segments"] = [piece for each in lists for piece in each["segments"]]
        listed["opstamp"] = max(each["opstamp"] for each in lists)
        files = [file.name for file in self.path.iterdir() if not file.name.startswith(".") and file.name != ABOUT]
        (self.path / _MANAGED).write_bytes(orjson.dumps(files))
        (self.path / _META).write_bytes(orjson.dumps(listed))
        found = OpenIndex.open(self.path)
        assert found is not None
        return found

    def close(self) -> None:
        """Gives the index back; what was written and not committed is left out."""
        self._writer = None

    def settle(self) -> None:
        """Waits until what was written lies in as few pieces as it will, and gives the index back."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None


def _with_tokenizers(index: tantivy.Index) -> tantivy.Index:
    """What is only sorted or stored makes no terms: its one word is longer than nothing, so it is left out."""
    index.register_tokenizer(UNSEARCHED, _raw(tantivy.Filter.remove_long(1)))
    index.register_fast_field_tokenizer(UNSEARCHED, _raw())
    return index


def term(field: str, value: str) -> Query:
    """Entries with one word in a field."""
    return Query.term_query(SCHEMA_OF_FIELDS, field, value, "basic")


def any_term(field: str, values: Sequence[str]) -> Query:
    """Entries with one of several words in a field."""
    return any_of([term(field, value) for value in values])


def phrase(field: str, words: Words) -> Query:
    """Entries with these words in a field."""
    if len(words) == 1:
        word = words[0]
        return term(field, word if isinstance(word, str) else word[1])
    return Query.phrase_query(SCHEMA_OF_FIELDS, field, list(words))


def all_of(queries: Sequence[Query], but: Sequence[Query] = ()) -> Query:
    """What all queries find, without what one of `but` finds."""
    if len(queries) == 1 and not but:
        return queries[0]
    parts = [(Occur.Must, query) for query in queries] + [(Occur.MustNot, query) for query in but]
    return Query.boolean_query(parts)


def any_of(queries: Sequence[Query]) -> Query:
    """What one of the queries finds."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def behind(key: str) -> Query:
    """Entries whose sort key is greater."""
    return _PARSER.parse_query(f"key:{{{key} TO *}}", ["key"])


def ordered(view: View, query: Query, limit: int) -> list[tuple[str, Entry]]:
    """The first entries which a query finds, by their sort keys, which stand before them.

    Of few all are read and sorted here. Of many the index finds the first ones by its column of keys, in which it must
    spell out that many keys of each of its pieces: one takes longer than reading three entries.
    """
    few = view.searcher.search(Query.const_score_query(query, 1.0), SORTED_HERE, count=False).hits
    if len(few) < SORTED_HERE:
        entries = view.entries(place for _, place in few)
        return sorted((key_of(entry), entry) for entry in entries)[:limit]
    hits = view.searcher.search(query, limit, count=False, order_by_field="key", order=Order.Asc).hits
    entries = view.entries(place for _, place in hits)
    return list(zip((str(key) for key, _ in hits), entries, strict=True))


def count(searcher: tantivy.Searcher, query: Query) -> int:
    """How many entries a query finds."""
    return int(searcher.search(query, 1, count=True).count)  # type: ignore[attr-defined]


def frequency(searcher: tantivy.Searcher, field: str, word: str) -> int:
    """How many entries hold a word, at most."""
    return searcher.doc_freq(field, word)


def rarest(searcher: tantivy.Searcher, field: str, words: Words) -> int:
    """How many entries hold all of these words, at most: as many as hold the rarest."""
    return min(frequency(searcher, field, word if isinstance(word, str) else word[1]) for word in words)


def tally(searcher: tantivy.Searcher, query: Query, fields: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many entries that a query finds have each value of each of these fields."""
    asked = {name: {"terms": {"field": name, "size": MOST_VALUES, "segment_size": MOST_VALUES}} for name in fields}
    counted: dict[str, Any] = searcher.aggregate(query, asked)
    return {name: {b["key"]: int(b["doc_count"]) for b in counted[name]["buckets"]} for name in fields}


def code_begins(prefix: str) -> Query:
    """Entries whose code begins so."""
    return Query.regex_query(SCHEMA_OF_FIELDS, "code", f"{prefix}.*")
