"""The tree, against published vectors and against the definition."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingzhang.audit import merkle
from mingzhang.audit.merkle import Node, Peaks

# The inputs, roots and proofs of Google's certificate-transparency reference implementation
# (MerkleTreeTest), which RFC 6962 logs are tested with.
INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# (leaf, counted from 1, of a tree of this size): the proof.
INCLUSION = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (3, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (2, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


class Tree:
    """A tree kept as the log keeps it: leaf hashes, and complete nodes as they come."""

    def __init__(self, inputs: list[bytes]) -> None:
        self.leaves = [merkle.leaf_hash(data) for data in inputs]
        self.hashes: dict[Node, bytes] = {}
        self.roots = [merkle.EMPTY_ROOT]
        peaks = Peaks()
        for number, leaf in enumerate(self.leaves):
            self.hashes[Node(0, number)] = leaf
            self.hashes |= dict(peaks.append(leaf))
            self.roots.append(peaks.root())

    def inclusion(self, index: int, size: int) -> list[bytes]:
        return merkle.put_together(merkle.inclusion(index, size), self.hashes)

    def consistency(self, first: int, second: int) -> list[bytes]:
        return merkle.put_together(merkle.consistency(first, second), self.hashes)


@pytest.fixture(scope="module")
def reference() -> Tree:
    return Tree(INPUTS)


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*naive_path(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_subproof(first: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962."""
    if first == len(leaves):
        return [] if whole else [naive_root(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if first <= split:
        return [*naive_subproof(first, leaves[:split], whole), naive_root(leaves[split:])]
    return [*naive_subproof(first - split, leaves[split:], False), naive_root(leaves[:split])]


def test_an_empty_tree_has_the_hash_of_nothing_for_its_root() -> None:
    assert Peaks().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_the_reference_implementation(reference: Tree, size: int) -> None:
    assert reference.roots[size].hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("place", "proof"), INCLUSION.items())
def test_inclusion_proofs_are_those_of_the_reference_implementation(
    reference: Tree, place: tuple[int, int], proof: list[str]
) -> None:
    leaf, size = place
    found = reference.inclusion(leaf - 1, size)
    assert [one.hex() for one in found] == proof
    assert merkle.root_by_inclusion(reference.leaves[leaf - 1], leaf - 1, size, found) == reference.roots[size]


@pytest.mark.parametrize(("sizes", "proof"), CONSISTENCY.items())
def test_consistency_proofs_are_those_of_the_reference_implementation(
    reference: Tree, sizes: tuple[int, int], proof: list[str]
) -> None:
    first, second = sizes
    found = reference.consistency(first, second)
    assert [one.hex() for one in found] == proof
    assert merkle.is_consistent(first, reference.roots[first], second, reference.roots[second], found)


TREES = st.lists(st.binary(max_size=4), min_size=1, max_size=70)


@given(inputs=TREES, data=st.data())
def test_any_tree_and_its_proofs_are_those_of_the_definition(inputs: list[bytes], data: st.DataObject) -> None:
    tree = Tree(inputs)
    size = data.draw(st.integers(1, len(inputs)))
    index = data.draw(st.integers(0, size - 1))
    first = data.draw(st.integers(1, size))
    leaves = tree.leaves[:size]
    assert tree.roots[size] == naive_root(leaves)
    assert merkle.fold([tree.hashes[node] for node in merkle.peaks(size)]) == tree.roots[size]
    path = tree.inclusion(index, size)
    assert path == naive_path(index, leaves)
    assert merkle.root_by_inclusion(leaves[index], index, size, path) == tree.roots[size]
    proof = tree.consistency(first, size)
    assert proof == naive_subproof(first, leaves)
    assert merkle.is_consistent(first, tree.roots[first], size, tree.roots[size], proof)


@given(inputs=TREES, data=st.data())
def test_no_proof_serves_for_anything_else(inputs: list[bytes], data: st.DataObject) -> None:
    inputs = [bytes([number]) + one for number, one in enumerate(inputs)]
    tree, size = Tree(inputs), len(inputs)
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path, proof = tree.inclusion(index, size), tree.consistency(first, size)
    root, leaf = tree.roots[size], tree.leaves[index]
    for other in range(size):
        if other != index:
            assert merkle.root_by_inclusion(leaf, other, size, path) != root
            assert merkle.root_by_inclusion(tree.leaves[other], index, size, path) != root
    for bent in (path[:-1], [*path, root], [root, *path]):
        if bent != path:
            assert merkle.root_by_inclusion(leaf, index, size, bent) != root
    for bent in (proof[:-1], [*proof, root], [bytes(32), *proof[1:]]):
        if bent != proof:
            assert not merkle.is_consistent(first, tree.roots[first], size, root, bent)
    assert not merkle.is_consistent(first, bytes(32), size, root, proof)
    assert not merkle.is_consistent(first, tree.roots[first], size, bytes(32), proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_there_is_no_proof_for_a_leaf_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion(index, size)
    assert merkle.root_by_inclusion(bytes(32), index, size, []) is None


def test_there_is_no_proof_backwards() -> None:
    with pytest.raises(ValueError, match="larger"):
        merkle.consistency(5, 3)
    assert not merkle.is_consistent(5, bytes(32), 3, bytes(32), [])


def test_an_empty_tree_is_the_beginning_of_any() -> None:
    assert merkle.consistency(0, 7) == []
    assert merkle.is_consistent(0, merkle.EMPTY_ROOT, 7, bytes(32), [])
    assert not merkle.is_consistent(0, bytes(32), 7, bytes(32), [])
