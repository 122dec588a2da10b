"""Large JSON is cut into its objects as it arrives, whatever the cuts; depth and size are bounded."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.attendee.importers.splitting import MAX_OBJECT, Unsplittable, split

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["{", '"', "\\", "]", '"a"']),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.just("a"), inner, max_size=3),
    max_leaves=12,
)
objects = st.lists(st.dictionaries(st.text(max_size=3), values, max_size=3), max_size=4)


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(objects, st.integers(1, 9), st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_list_gives_its_objects(found, size, spaced):
    data = json.dumps(found, indent=1 if spaced else None, ensure_ascii=False).encode()
    assert [json.loads(piece) for piece in split(cut(data, size), "")] == found


@given(objects, values, values, st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_a_named_list_gives_its_objects_and_no_others(found, before, after, size):
    data = json.dumps({"first": before, "a": found, "z": after, "b": [{"a": [{"x": 1}]}]}).encode()
    assert [json.loads(piece) for piece in split(cut(data, size), "a")] == found


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[{}", b"[", b"[{}]]", b'{"b": []}', b'{"a": {}}', b'{"b": {"a": []}}', b'["a", []',
        b"[" * 65 + b"]" * 65,
        b'[{"x": "' + b"y" * MAX_OBJECT + b'"}]', b'["' + b"y" * MAX_OBJECT,
    ],
)  # fmt: skip
def test_what_is_no_such_list_is_refused(data):
    with pytest.raises(Unsplittable):
        list(split(cut(data, 65_536), "" if data[:1] == b"[" else "a"))


def test_a_deep_file_is_refused_at_once():
    def endless():
        yield b'[{"a":'
        while True:
            yield b"[" * 100

    with pytest.raises(Unsplittable):
        list(split(endless(), ""))
