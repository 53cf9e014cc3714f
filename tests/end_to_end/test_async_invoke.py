"""Async invocations through boto3: a folder stands for the bucket."""

import json
import math
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bedrock_emulator.client import Emulator, LabClient

NOVA = "amazon.nova-2-multimodal-embeddings-v1:0"
MARENGO = "twelvelabs.marengo-embed-2-7-v1:0"
OUTPUT = {"s3OutputDataConfig": {"s3Uri": "s3://results/run/"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("buckets")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Emulator]:
    with Emulator(arguments=["--buckets", str(folder)]) as emulator:
        yield emulator


@pytest.fixture
def lab(server: Emulator) -> Iterator[LabClient]:
    with server.lab("async") as lab:
        yield lab


@pytest.fixture
def runtime(lab: LabClient) -> Iterator[Any]:
    with closing(client(lab.endpoint_url)) as runtime:
        yield runtime


def client(url: str) -> Any:
    session = boto3.Session("test", "test", region_name="us-east-1")
    return session.client("bedrock-runtime", endpoint_url=url)


def segmented(**source: Any) -> dict[str, Any]:
    params = {"embeddingPurpose": "GENERIC_INDEX", "embeddingDimension": 256, **source}
    return {"taskType": "SEGMENTED_EMBEDDING", "segmentedEmbeddingParams": params}


def start(runtime: Any, model_input: dict[str, Any], model: str = NOVA, **more: Any) -> dict[str, Any]:
    arn = runtime.start_async_invoke(modelId=model, modelInput=model_input, outputDataConfig=OUTPUT, **more)
    answer: dict[str, Any] = runtime.get_async_invoke(invocationArn=arn["invocationArn"])
    return answer


def written(folder: Path, invocation: dict[str, Any], name: str) -> str:
    """A result where the request wanted it."""
    invocation_id: str = invocation["invocationArn"].rpartition("/")[2]
    return (folder / "async/results/run" / invocation_id / name).read_text()


def test_a_long_text_is_embedded_in_segments_that_join_to_the_text(runtime, folder):
    text = "All work and no play makes a long text. " * 100
    segmentation = {"maxLengthChars": 800}
    invocation = start(runtime, segmented(text={"value": text, "segmentationConfig": segmentation}))

    assert invocation["status"] == "Completed"
    assert invocation["modelArn"].endswith(f"::foundation-model/{NOVA}")
    lines = [json.loads(line) for line in written(folder, invocation, "embedding-text.jsonl").splitlines()]
    places = [each["segmentMetadata"] for each in lines]
    assert all(math.isclose(math.hypot(*each["embedding"]), 1.0) for each in lines)
    assert [each["segmentIndex"] for each in places] == list(range(len(lines)))
    spans = [text[each["segmentStartCharPosition"] : each["segmentEndCharPosition"]] for each in places]
    assert "".join(spans) == text
    assert max(map(len, spans)) <= 800


def test_a_video_is_read_from_the_folder_that_stands_for_the_bucket(runtime, folder):
    film = folder / "async/media/film.mp4"
    film.parent.mkdir(parents=True, exist_ok=True)
    film.write_bytes(b"not really a film")
    source = {"s3Location": {"uri": "s3://media/film.mp4", "bucketOwner": "123456789012"}}
    invocation = start(runtime, {"inputType": "video", "mediaSource": source}, model=f"us.{MARENGO}")

    assert invocation["status"] == "Completed"
    rows = json.loads(written(folder, invocation, "output.json"))["data"]
    assert len(rows[0]["embedding"]) == 1_024


def test_an_image_from_the_bucket_has_one_vector(runtime, folder):
    picture = folder / "async/media/cat.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(b"a picture")
    source = {"s3Location": {"uri": "s3://media/cat.png", "bucketOwner": "123456789012"}}
    invocation = start(runtime, {"inputType": "image", "mediaSource": source}, model=f"us.{MARENGO}")

    (row,) = json.loads(written(folder, invocation, "output.json"))["data"]
    assert list(row) == ["embedding"]


@pytest.mark.parametrize(
    "model_input",
    [
        {"inputType": "video"},
        {"inputType": "video", "mediaSource": ["s3://media/film.mp4"]},
        {"inputType": "video", "mediaSource": {"s3Location": {"uri": 5}}},
        {"inputType": "audio", "mediaSource": {"base64String": "é"}},
        {"inputType": "audio", "audio": "s3://media/song.mp3"},
        {"inputType": ["video"]},
    ],
    ids=["no source", "list", "number", "no base64", "text", "list of types"],
)
def test_a_senseless_input_fails_the_invocation_with_a_reason(runtime, model_input):
    invocation = start(runtime, model_input, model=f"us.{MARENGO}")

    assert invocation["status"] == "Failed"
    assert invocation["failureMessage"]


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        pytest.param("s3://media/nowhere.mp4", "cannot be read", id="missing"),
        pytest.param("s3://media/../../../etc/passwd", "points out of its bucket", id="outside"),
        pytest.param("file:///etc/passwd", "is not an S3 location", id="no-s3"),
    ],
)
def test_an_input_that_cannot_be_read_fails_the_invocation(runtime, uri, reason):
    source = {"source": {"s3Location": {"uri": uri}}, "format": "mp4"}
    invocation = start(runtime, segmented(video=source))

    assert invocation["status"] == "Failed"
    assert reason in invocation["failureMessage"]


def test_a_list_has_every_invocation_once_newest_first_whatever_the_pages(runtime):
    first, second, third = (
        start(runtime, segmented(text={"value": word}))["invocationArn"] for word in ("one", "two", "three")
    )
    failed = start(runtime, segmented(video={"format": "mp4"}))["invocationArn"]

    pages = runtime.get_paginator("list_async_invokes").paginate(PaginationConfig={"PageSize": 1})
    assert [row["invocationArn"] for page in pages for row in page["asyncInvokeSummaries"]] == [
        failed,
        third,
        second,
        first,
    ]
    oldest = runtime.list_async_invokes(sortOrder="Ascending", statusEquals="Completed")
    assert [row["invocationArn"] for row in oldest["asyncInvokeSummaries"]] == [first, second, third]


def test_the_same_token_starts_one_invocation_and_another_request_with_it_is_refused(runtime):
    token, text = {"clientRequestToken": "once"}, {"value": "one"}
    first = start(runtime, segmented(text=text), **token)

    assert start(runtime, segmented(text=text), **token)["invocationArn"] == first["invocationArn"]
    with pytest.raises(ClientError, match="ConflictException"):
        start(runtime, segmented(text={"value": "two"}), **token)


@pytest.mark.parametrize(
    ("model", "bucket", "text"),
    [
        pytest.param(
            "amazon.nova-lite-v1:0", "s3://results/", "has no async invocations of", id="text-model"
        ),
        pytest.param(NOVA, "s3://results/../../x", "points out of its bucket", id="outside"),
    ],
)
def test_what_cannot_be_started_is_refused(runtime, model, bucket, text):
    with pytest.raises(ClientError, match="ValidationException") as refusal:
        runtime.start_async_invoke(
            modelId=model, modelInput={}, outputDataConfig={"s3OutputDataConfig": {"s3Uri": bucket}}
        )
    assert text in str(refusal.value)


def test_a_server_without_the_folder_says_how_to_give_it_one(bedrock_emulator):
    with (
        closing(client(bedrock_emulator.endpoint_url)) as runtime,
        pytest.raises(ClientError, match="serve --buckets FOLDER"),
    ):
        start(runtime, segmented(text={"value": "one"}))


def test_an_unknown_invocation_is_refused(runtime):
    with pytest.raises(ClientError, match="ValidationException"):
        runtime.get_async_invoke(
            invocationArn="arn:aws:bedrock:us-east-1:123456789012:async-invoke/abcdefghijkl"
        )


def test_starting_needs_the_permission_to_invoke_and_looking_has_its_own(lab, runtime):
    def allow(*actions: str) -> None:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        lab.put_iam(default=[{"Version": "2012-10-17", "Statement": [statement]}])

    allow("bedrock:InvokeModel", "bedrock:GetAsyncInvoke")
    arn = start(runtime, segmented(text={"value": "one"}))["invocationArn"]
    with pytest.raises(ClientError, match="not authorized to perform: bedrock:ListAsyncInvokes"):
        runtime.list_async_invokes()
    allow("bedrock:ListAsyncInvokes")
    assert len(runtime.list_async_invokes()["asyncInvokeSummaries"]) == 1
    with pytest.raises(ClientError, match=f"bedrock:GetAsyncInvoke on resource: {arn}"):
        runtime.get_async_invoke(invocationArn=arn)
    with pytest.raises(ClientError, match=f"bedrock:InvokeModel on resource: .*{NOVA}"):
        start(runtime, segmented(text={"value": "two"}))


def test_the_journal_shows_what_was_asked_and_where_the_results_went(lab, runtime):
    start(runtime, segmented(text={"value": "one"}))

    begun, _ = lab.journal()
    assert begun["operation"] == "StartAsyncInvoke"
    assert begun["requestBody"]["modelInput"] == segmented(text={"value": "one"})
    assert begun["requestBody"]["outputDataConfig"] == OUTPUT
