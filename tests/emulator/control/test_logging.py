"""The configuration of model invocation logging reads back as it was put."""

from typing import Any

import pytest

from bedrock_emulator.operations.logging import (
    get_model_invocation_logging_configuration,
    put_model_invocation_logging_configuration,
)
from tests.emulator.catalog.support import call, resources
from tests.emulator.control.caller import Caller

GET, PUT, DELETE = (f"{verb}ModelInvocationLoggingConfiguration" for verb in ("Get", "Put", "Delete"))
S3 = {"bucketName": "my-bucket", "keyPrefix": "logs"}


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"textDataDeliveryEnabled": False},
        {"s3Config": S3, "textDataDeliveryEnabled": True, "imageDataDeliveryEnabled": False},
        {
            "cloudWatchConfig": {
                "logGroupName": "group",
                "roleArn": "arn:aws:iam::123456789012:role/logs",
                "largeDataDeliveryS3Config": S3,
            },
            "embeddingDataDeliveryEnabled": True,
            "videoDataDeliveryEnabled": True,
            "audioDataDeliveryEnabled": False,
        },
    ],
    ids=["empty", "a switch that is off", "S3", "CloudWatch"],
)
def test_a_configuration_reads_back_until_it_is_deleted(configuration: dict[str, Any]) -> None:
    caller = Caller()
    assert caller.call(GET) == {}
    caller.call(PUT, loggingConfig={"textDataDeliveryEnabled": True, "s3Config": {"bucketName": "another"}})
    assert caller.call(PUT, loggingConfig=configuration) == {}
    assert caller.call(GET) == {"loggingConfig": configuration}
    assert caller.call(DELETE) == {}
    assert caller.call(GET) == {}
    assert caller.call(DELETE) == {}


def test_each_account_and_region_has_its_own() -> None:
    created = resources()
    configuration = {"s3Config": S3}
    put_model_invocation_logging_configuration(call(created=created), {"loggingConfig": configuration})
    assert get_model_invocation_logging_configuration(call(created=created), {}) == {
        "loggingConfig": configuration
    }
    for stranger in (
        call(created=created, account="999988887777"),
        call(created=created, region="us-west-2"),
    ):
        assert get_model_invocation_logging_configuration(stranger, {}) == {}
