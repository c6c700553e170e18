import textwrap

import pytest

from harness.systems import SHIPPED, load_system
from histories.names import UnknownNameError

SOURCE = textwrap.dedent("""
    from systems.system import System

    class Mine(System):
        name, summary, data, claims = "mine", "", frozenset({"register"}), ()

        def deploy(self, setting):
            raise NotImplementedError
""")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "mine_for_a_test.py"
    path.write_text(SOURCE)
    return path


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_system_goes_by_its_name(name):
    assert load_system(name).name == name


def test_a_system_is_loaded_from_a_file_by_its_path_and_perhaps_its_class(path):
    assert load_system(str(path)).name == "mine"
    assert load_system(f"{path}:Mine").name == "mine"


def test_a_system_is_loaded_from_a_module():
    assert load_system("systems.lww:Lww").name == "lww"


def test_two_classes_in_a_file_must_be_told_apart(path):
    path.write_text(SOURCE + "\nclass Other(Mine):\n    name = 'other'\n")
    with pytest.raises(UnknownNameError, match="expected one class of a System, found Mine, Other"):
        load_system(str(path))
    assert load_system(f"{path}:Other").name == "other"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("rafft", "unknown system 'rafft': did you mean raft?"),
        ("zzz", "unknown system 'zzz': expected one of lww, "),
        ("no/such/file.py", "there is no such file"),
        ("no.such.module:Class", "there is no module no.such.module"),
        ("systems.lww:Lwv", "unknown class in systems.lww 'Lwv': did you mean Lww"),
        ("histories.names:pick", "unknown class in histories.names 'pick'"),
    ],
)
def test_a_system_that_is_not_there_is_told_with_what_may_have_been_meant(name, complaint):
    with pytest.raises(UnknownNameError, match=complaint.replace("?", r"\?")):
        load_system(name)


def test_an_error_inside_a_system_s_file_is_the_file_s_own(path):
    path.write_text("import no_such_package_anywhere\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_package_anywhere"):
        load_system(str(path))
