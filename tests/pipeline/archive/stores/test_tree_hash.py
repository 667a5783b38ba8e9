"""The tree hash agrees with the values that AWS publishes and with AWS's own implementation."""

from __future__ import annotations

import io
import random

import pytest
from botocore.utils import calculate_tree_hash

from pipeline.archive.stores.tree_hash import TreeHash, tree_hash_of

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("content", "published"),
    [
        (b"Hello World", "a591a6d40bf420404a011733cfb7b190d62c65bf0bcda32b57b277d9ad9f146e"),
        (b"a" * MIB, "9bc1b2a288b26af7257a36277ae3816a7d4f16e89c1e7e77d0a5c48bad62b360"),
        (b"a" * 2 * MIB, "560c2c9333c719cb00cfdffee3ba293db17f58743cdd1f7e4055373ae6300afa"),
        (b"a" * 3 * MIB, "70239f4f2ead7561f69d48b956b547edef52a1280a93c262c0b582190be7db17"),
        (b"a" * (3 * MIB + MIB // 2), "daede4eb580f914dacd5e0bdf7015c937fd615c1e6c6552d25cb04a8b7219828"),
    ],
    ids=["short", "one block", "two blocks", "three blocks", "three blocks and a half"],
)
def test_the_published_values(content: bytes, published: str) -> None:
    assert tree_hash_of(content) == published


@pytest.mark.parametrize("size", [1, MIB - 1, MIB + 1, 4 * MIB, 5 * MIB, 6 * MIB + 7, 7 * MIB, 13 * MIB + 5])
def test_any_size_in_chunks_of_any_size_is_what_awss_library_computes(size: int) -> None:
    content = random.Random(size).randbytes(size)
    tree, rng, at = TreeHash(), random.Random(1), 0
    while at < size:
        step = rng.choice((1, 1000, MIB - 1, MIB, 3 * MIB + 1))
        tree.update(content[at : at + step])
        at += step
        tree.hexdigest()  # looking at it changes nothing
    assert tree.hexdigest() == calculate_tree_hash(io.BytesIO(content))


def test_of_nothing_it_is_the_sha256_of_nothing() -> None:
    assert TreeHash().hexdigest() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
