import pytest

from harness.store import RunFolder, Store, find_run
from harness.test import Test


def test_a_run_is_recognisably_unfinished_until_it_is_finished(tmp_path):
    store = Store(tmp_path / "store")
    folder = store.create(Test(seed=7))
    assert folder.path.name.endswith("-7.partial")
    assert folder.path.parent.name == "lww-register"
    assert not (tmp_path / "store" / "latest").exists()

    finished = store.finish(folder)
    assert finished.path.name.endswith("-7")
    assert not folder.path.exists()
    assert (tmp_path / "store" / "latest").resolve() == finished.path.resolve()


def test_latest_moves_to_the_newest(tmp_path):
    store = Store(tmp_path)
    store.finish(store.create(Test()))
    newest = store.finish(store.create(Test()))
    assert (tmp_path / "latest").resolve() == newest.path.resolve()


def test_a_run_is_kept_even_where_latest_cannot_be_made(tmp_path):
    (tmp_path / "latest").mkdir()
    assert Store(tmp_path).finish(Store(tmp_path).create(Test())).path.is_dir()


def test_the_folder_holds_the_test_that_it_is_of(tmp_path):
    test = Test(seed=3, system="raft")
    folder = Store(tmp_path).create(test)
    assert Test.from_toml(folder.test.read_text()) == test


@pytest.mark.parametrize(
    ("system", "called"), [("path/to/mine.py:Mine", "mine"), ("package.module:Class", "module"), ("raft", "raft")]
)
def test_the_folder_is_called_after_the_system(tmp_path, system, called):
    assert Store(tmp_path).create(Test(system=system)).path.parent.name == f"{called}-register"


def test_a_run_is_found_by_its_folder_or_by_a_file_in_it(tmp_path):
    folder = Store(tmp_path).create(Test())
    assert find_run(folder.path) == find_run(folder.test) == RunFolder(folder.path.resolve())
    with pytest.raises(FileNotFoundError, match=r"expected the folder of a run, with a test\.toml in it"):
        find_run(tmp_path)
