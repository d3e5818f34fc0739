"""`infra/template.yaml` over what Chalice generates for the real app."""

import json
from dataclasses import fields
from typing import Any

import pytest

from chalicelib.api.responses import CHALLENGE, LOGIN_SENTENCE, error_envelope
from chalicelib.aws.dynamodb.table_layout import EXPIRES_AT, TABLE_KEYS
from chalicelib.domain.intake.drops import DROP_PREFIX, RESULTS_PREFIX
from chalicelib.domain.intake.uploads import UPLOAD_PREFIX
from chalicelib.local.aws.provisioning import media_cors
from chalicelib.settings import Settings, variable_name
from infra.deployment.parameters import SET_BY_DEPLOY, load_parameters
from infra.deployment.places import stages
from tests.infra.packaged_app import STAGE

Resource = dict[str, Any]


@pytest.fixture
def api_properties(template: Resource) -> Resource:
    """The properties of the REST API as they are deployed."""
    properties: Resource = template["Resources"]["RestAPI"]["Properties"]
    return properties


def of_type(template: Resource, kind: str) -> dict[str, Resource]:
    """The properties of all resources of a type, by name."""
    return {name: each["Properties"] for name, each in template["Resources"].items() if each["Type"] == kind}


def test_the_authorizer_learns_where_requests_come_from(api_properties: Resource) -> None:
    (definition,) = api_properties["DefinitionBody"]["securityDefinitions"].values()
    authorizer = definition["x-amazon-apigateway-authorizer"]
    assert authorizer["type"] == "request"
    assert authorizer["identitySource"] == f"method.request.header.{definition['name']}"
    assert authorizer["authorizerResultTtlInSeconds"] == 0
    assert "authorizerUri" in authorizer


def test_the_gateways_own_answers_look_like_ours(api_properties: Resource) -> None:
    responses = api_properties["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    for name in ("UNAUTHORIZED", "ACCESS_DENIED"):
        assert json.loads(responses[name]["responseTemplates"]["application/json"]) == error_envelope(LOGIN_SENTENCE)
        challenge = responses[name]["responseParameters"]["gatewayresponse.header.WWW-Authenticate"]
        assert challenge == f"'{CHALLENGE}'"
    for response in responses.values():
        template = response["responseTemplates"]["application/json"]
        assert set(json.loads(template.replace("$context.error.messageString", '"Missing."'))) == {"error"}
        assert response["responseParameters"]["gatewayresponse.header.X-Request-Id"] == "context.requestId"
        assert response["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
    assert "gatewayresponse.header.Retry-After" in responses["THROTTLED"]["responseParameters"]
    assert responses["MISSING_AUTHENTICATION_TOKEN"]["statusCode"] == 404  # a URL without a route
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "REQUEST_TOO_LARGE"} <= set(responses)


def test_there_is_one_public_stage_and_it_is_the_one_with_limits(translated: Resource) -> None:
    made = [each["Properties"] for each in translated["Resources"].values() if each["Type"] == "AWS::ApiGateway::Stage"]
    assert [stage["StageName"] for stage in made] == [STAGE]
    assert made[0]["MethodSettings"]
    deployments = [
        each["Properties"] for each in translated["Resources"].values() if each["Type"] == "AWS::ApiGateway::Deployment"
    ]
    assert all("StageName" not in each for each in deployments)


def test_the_stage_has_limits(api_properties: Resource) -> None:
    (limits,) = api_properties["MethodSettings"]
    assert (limits["ResourcePath"], limits["HttpMethod"]) == ("/*", "*")
    assert 0 < limits["ThrottlingRateLimit"] <= limits["ThrottlingBurstLimit"]


def test_every_function_has_a_role_of_its_own_and_a_log_that_ends(template: Resource) -> None:
    functions = of_type(template, "AWS::Serverless::Function")
    roles = [each["Role"]["Fn::GetAtt"][0] for each in functions.values()]
    assert len(set(roles)) == len(functions) > 5
    for name, function in functions.items():
        role, log = (
            template["Resources"][each] for each in (roles.pop(0), function["LoggingConfig"]["LogGroup"]["Ref"])
        )
        assert role["Type"] == "AWS::IAM::Role", name
        assert log["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name


def test_every_variable_is_a_setting(template: Resource) -> None:
    known = {variable_name(field.name) for field in fields(Settings)} | {"AWS_DEFAULT_REGION"}
    everywhere = set(template["Globals"]["Function"]["Environment"]["Variables"])
    assert {"MIEN_TABLE_NAME", "MIEN_MEDIA_BUCKET", "MIEN_JOB_QUEUE_URL"} <= everywhere <= known
    for function in of_type(template, "AWS::Serverless::Function").values():
        assert set(function.get("Environment", {}).get("Variables", {})) <= known
    for segments in of_type(template, "AWS::Batch::JobDefinition").values():
        names = {each["Name"] for each in segments["ContainerProperties"]["Environment"]}
        assert {"MIEN_TABLE_NAME", "MIEN_MEDIA_BUCKET", "MIEN_JOB_QUEUE_URL"} <= names <= known


def test_the_table_is_the_one_that_the_code_expects(template: Resource) -> None:
    table = template["Resources"]["Table"]["Properties"]
    assert {name: table[name] for name in TABLE_KEYS} == TABLE_KEYS
    assert table["TimeToLiveSpecification"] == {"AttributeName": EXPIRES_AT, "Enabled": True}
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]


@pytest.mark.parametrize("name", ["Table", "MediaBucket"])
def test_rows_and_media_outlive_the_stack(template: Resource, name: str) -> None:
    resource = template["Resources"][name]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_nothing_that_a_job_still_needs_expires(template: Resource) -> None:
    rules = template["Resources"]["MediaBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    rules = [each["Fn::If"][1] if "Fn::If" in each else each for each in rules]
    expiring = {each["Prefix"] for each in rules if "ExpirationInDays" in each}
    assert expiring == {
        "work/",
        DROP_PREFIX,
        RESULTS_PREFIX,
    }  # what was uploaded directly stays under uploads/ as its job's medium


def test_objects_that_arrive_are_announced_to_queues_that_take_them(template: Resource) -> None:
    bucket = template["Resources"]["MediaBucket"]["Properties"]
    told = {
        each["Filter"]["S3Key"]["Rules"][0]["Value"]: each["Queue"]["Fn::GetAtt"][0]
        for each in bucket["NotificationConfiguration"]["QueueConfigurations"]
    }
    assert told == {UPLOAD_PREFIX: "UploadQueue", DROP_PREFIX: "DropQueue"}
    policy = template["Resources"]["ObjectQueuesPolicy"]["Properties"]
    assert {each["Ref"] for each in policy["Queues"]} == set(told.values())


def test_every_queue_gives_up_into_dead_letters_that_raise_an_alarm(template: Resource) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    letters = [
        each["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for each in queues.values()
        if "RedrivePolicy" in each
    ]
    assert sorted(letters) == sorted(name for name, each in queues.items() if "RedrivePolicy" not in each)
    alarms = of_type(template, "AWS::CloudWatch::Alarm").values()
    watched = [
        each["Dimensions"][0]["Value"]
        for each in alarms
        if each.get("MetricName") == "ApproximateNumberOfMessagesVisible"
    ]
    assert sorted(each["Fn::GetAtt"][0] for each in watched) == sorted(letters)
    assert all(each["SqsManagedSseEnabled"] for each in queues.values())


def test_a_message_stays_hidden_for_as_long_as_its_function_may_run_beside_few_others(template: Resource) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    taken = 0
    for function in of_type(template, "AWS::Serverless::Function").values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                queue = json.dumps(event["Properties"]["Queue"])
                (name,) = (name for name in queues if f'"{name}"' in queue or f"${{{name}.Arn}}" in queue)
                times = 1 if name == "JobQueue" else 6  # Lambda asks for six; a worker keeps its lease itself
                assert queues[name]["VisibilityTimeout"] >= times * function["Timeout"]
                assert event["Properties"]["ScalingConfig"]["MaximumConcurrency"]  # the API needs room next to it
                taken += 1
    assert taken == 5


def test_the_names_of_a_stage_do_not_meet_anothers(template: Resource) -> None:
    for resource in template["Resources"].values():
        for name in ("QueueName", "LogGroupName", "AlarmName", "TopicName", "DashboardName"):
            if name in resource["Properties"]:
                assert "${Stage}" in resource["Properties"][name]["Fn::Sub"]


@pytest.mark.parametrize("stage", stages())
def test_a_stages_file_sets_what_the_template_has(template: Resource, stage: str) -> None:
    values = load_parameters(stage, template)
    assert not SET_BY_DEPLOY & set(values)
    without_default = {name for name, each in template["Parameters"].items() if "Default" not in each}
    assert without_default <= SET_BY_DEPLOY
    assert all(each.get("Description") for each in template["Parameters"].values())


def test_functions_and_fargate_have_the_processors_that_the_stage_names(template: Resource) -> None:
    allowed = set(template["Parameters"]["WorkerArchitecture"]["AllowedValues"])
    assert allowed == {"x86_64", "arm64"}
    assert template["Resources"]["Worker"]["Properties"]["Architectures"] == [{"Ref": "WorkerArchitecture"}]
    platforms = {
        name: each["ContainerProperties"].get("RuntimePlatform")
        for name, each in of_type(template, "AWS::Batch::JobDefinition").items()
    }
    assert platforms["FargateSegments"]["CpuArchitecture"] == {"Fn::If": ["HasArmWorkers", "ARM64", "X86_64"]}
    assert platforms["GpuSegments"] is None  # its image is for x86_64


def test_production_is_protected(template: Resource) -> None:
    assert load_parameters("production", template)["DeletionProtection"] == "true"


def test_the_local_stack_lets_pages_use_the_bucket_as_the_deployed_one_does(template: Resource) -> None:
    (rule,) = template["Resources"]["MediaBucket"]["Properties"]["CorsConfiguration"]["CorsRules"]
    local = media_cors("*")
    assert (rule["AllowedMethods"], rule["ExposedHeaders"]) == ([*local.methods], [*local.exposed])
    assert rule["MaxAge"] == local.max_age_s
