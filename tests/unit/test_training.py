import io
import tarfile

import pytest

from bot import training
from bot.training import NoModel, topic_model
from tests.fakes.reading import tiny_model

FOLDER = "/components/train_bot.nlu.components.SohojatriTopicClassifier0"


@pytest.fixture(scope="module")
def model():
    return tiny_model()


def archive(path, files):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


def stored(model, tmp_path):
    model.save(tmp_path)
    return {path.name: path.read_bytes() for path in tmp_path.glob("topics.*")}


def test_reads_the_classifier_out_of_a_model(model, tmp_path):
    files = {f"{FOLDER}/{name}": content for name, content in stored(model, tmp_path).items()}
    found = topic_model(archive(tmp_path / "m.tar.gz", {"metadata.json": b"{}", **files, "/components/other/topics.npz": b"no"}))
    assert found.topics == model.topics
    assert found.probabilities("visa asol") == pytest.approx(model.probabilities("visa asol"), abs=1e-4)


def test_reads_the_projects_own_model_when_none_is_named(model, tmp_path, monkeypatch):
    files = {f"{FOLDER}/{name}": content for name, content in stored(model, tmp_path).items()}
    monkeypatch.setattr(training, "MODEL", archive(tmp_path / "m.tar.gz", files))
    assert topic_model().topics == model.topics


def test_without_a_model_it_says_what_to_do(tmp_path):
    with pytest.raises(NoModel, match="make train"):
        topic_model(tmp_path / "none.tar.gz")


@pytest.mark.parametrize(
    "content",
    [
        {}, {"metadata.json": b"{}"}, {f"{FOLDER}/topics.npz": b""}, {f"{FOLDER}/topics.npz": b"PK\x03\x04 not a zip"},
        {"/components/other/topics.npz": b"elsewhere"},
    ],
)  # fmt: skip
def test_a_model_without_a_classifier_that_can_be_read_says_what_to_do(tmp_path, content):
    with pytest.raises(NoModel, match="train --force"):
        topic_model(archive(tmp_path / "m.tar.gz", content))


@pytest.mark.parametrize("share", [0, 0.1, 0.5])
def test_a_damaged_model_says_what_to_do(model, tmp_path, share):
    files = {f"{FOLDER}/{name}": content for name, content in stored(model, tmp_path).items()}
    path = archive(tmp_path / "m.tar.gz", files)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(NoModel, match="train --force"):
        topic_model(path)
