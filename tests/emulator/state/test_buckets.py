"""The folder that stands for S3: objects are files of one lab, and nothing outside a bucket is reached."""

import os
from pathlib import Path

import pytest

from bedrock_emulator.errors import AwsError
from bedrock_emulator.state.buckets import Buckets


@pytest.fixture
def buckets(tmp_path: Path) -> Buckets:
    return Buckets(tmp_path, "mine")


def test_an_object_is_a_file_below_its_lab_and_bucket(buckets, tmp_path):
    buckets.write("s3://results/run 1/ü/output.json", b"{}")

    assert (tmp_path / "mine/results/run 1/ü/output.json").read_bytes() == b"{}"
    assert buckets.read("s3://results/run 1/ü/output.json") == b"{}"


def test_the_objects_of_another_lab_do_not_exist(buckets, tmp_path):
    Buckets(tmp_path, "theirs").write("s3://results/a", b"secret")

    with pytest.raises(AwsError, match="cannot be read: No such file"):
        buckets.read("s3://results/a")
    with pytest.raises(AwsError, match="points out of its bucket"):
        buckets.read("s3://results/../../theirs/results/a")


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        pytest.param("s3://results/../other/a", "points out of its bucket", id="other-bucket"),
        pytest.param("s3://results//etc/passwd", "points out of its bucket", id="absolute"),
        pytest.param("s3://results/out/passwd", "points out of its bucket", id="link"),
        pytest.param("s3://results/circle/a", "cannot be", id="links-in-a-circle"),
        pytest.param("s3://results/a\0b", "cannot be a file", id="nul"),
        pytest.param("s3://results/\ud800", "cannot be a file", id="lone-surrogate"),
        pytest.param("s3://results/" + "a" * 300, "cannot be", id="long-name"),
        pytest.param("s3://results", "cannot be|is not a file", id="bucket"),
        pytest.param("s3://results/folder", "cannot be|is not a file", id="folder"),
        pytest.param("s3://results/pipe", "cannot be|is not a file", id="pipe"),
        pytest.param("s3://../a", "is not an S3 location", id="parent-as-bucket"),
        pytest.param("s3://UPPER/a", "is not an S3 location", id="bucket-name"),
        pytest.param("file:///etc/passwd", "is not an S3 location", id="other-scheme"),
    ],
)
def test_what_is_no_object_is_neither_read_nor_written(buckets, tmp_path, uri, reason):
    bucket = tmp_path / "mine/results"
    (bucket / "folder").mkdir(parents=True)
    (bucket / "out").symlink_to("/etc")
    (bucket / "circle").symlink_to(bucket / "circle")
    os.mkfifo(bucket / "pipe")

    with pytest.raises(AwsError, match=reason):
        buckets.read(uri)
    with pytest.raises(AwsError, match=reason):
        buckets.write(uri, b"")


def test_an_object_that_is_too_large_is_not_read(buckets, tmp_path):
    film = tmp_path / "mine/media/film.mp4"
    film.parent.mkdir(parents=True)
    with film.open("wb") as file:
        file.truncate(100 * 1024 * 1024 + 1)  # sparse: takes no room

    with pytest.raises(AwsError, match="larger than 104,857,600 bytes"):
        buckets.read("s3://media/film.mp4")
