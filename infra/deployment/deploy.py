"""`make deploy STAGE=... [EMAIL=...]`: packages, builds what is missing, and brings a stage to it. Safe to repeat."""

import os
import sys

from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import MienError
from chalicelib.wiring import table_services
from infra.deployment.errors import DeploymentError
from infra.deployment.first_user import create_first_user
from infra.deployment.package import make_package
from infra.deployment.places import chosen_stage
from infra.deployment.release import Release


def main() -> int:
    """Runs the command; returns 0, or 1 after an error message on stderr."""
    try:
        stage = chosen_stage()
        package = make_package(stage)
        session = Session()
        print(where(session))
        release = Release(session, may_widen=os.environ.get("MIEN_DEPLOY_EMOTIONS") == "on")
        outputs = release.deploy(stage, package)
        _greet(session, outputs, os.environ.get("MIEN_EMAIL", ""))
    except (DeploymentError, MienError, BotoCoreError, ClientError) as error:
        print(f"The stage is not deployed: {error}", file=sys.stderr)
        return 1
    return 0


def where(session: Session) -> str:
    """The account and region, for a person to notice that it is the wrong one. Raises `DeploymentError` without."""
    if session.region_name is None:
        raise DeploymentError("no region is chosen; set AWS_DEFAULT_REGION, or AWS_PROFILE to a profile that has one.")
    account = session.client("sts").get_caller_identity()["Account"]
    return f"AWS account {account}, region {session.region_name}."


def _greet(session: Session, outputs: dict[str, str], email: str) -> None:
    table = outputs["TableName"]
    if email:
        made = create_first_user(table_services(table, region=session.region_name).users, email)
        if made is not None:
            print(f"User:     {made.user.email}\nAccount:  {made.user.account_id}\nPassword: {made.password}")
            print("The password is stored as a hash only: keep it now.")
    else:
        print(f"To add users: .venv/bin/python -m mien.cli user --table {table} add user@example.org")
    print(f"Media bucket: {outputs['MediaBucketName']}")
    print(f"Index: {outputs['IndexUrl']}")


if __name__ == "__main__":
    sys.exit(main())
