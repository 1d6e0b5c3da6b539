"""Ministack 1.5.33 with what template.yaml needs and it lacks. Everything else is
as ministack has it. doc.go says what AWS does; listed.go, what still differs."""

import contextvars
import functools
import json
from datetime import datetime, timezone

from ministack.app import main
from ministack.services import eventbridge, stepfunctions
from ministack.services.cloudformation import engine, provisioners

nested = contextvars.ContextVar("nested", default=False)


def inside_nested(deploy):
    @functools.wraps(deploy)
    def wrapped(*args, **kwargs):
        token = nested.set(True)
        try:
            return deploy(*args, **kwargs)
        finally:
            nested.reset(token)

    return wrapped


def transforming(parse):
    """CloudFormation runs the transforms of nested stacks too."""

    @functools.wraps(parse)
    def wrapped(body):
        template = parse(body)
        return engine._apply_transforms(template) if nested.get() else template

    return wrapped


def answer(response):
    status, _, body = response
    if status >= 400:
        raise ValueError(body)
    return json.loads(body)


def create_version(logical_id, props, stack_name):
    made = answer(stepfunctions._publish_state_machine_version({
        "stateMachineArn": props["StateMachineArn"], "revisionId": props.get("StateMachineRevisionId")}))
    arn = made["stateMachineVersionArn"]
    return arn, {"Arn": arn}


def create_alias(logical_id, props, stack_name):
    preferred = (props.get("DeploymentPreference") or {}).get("StateMachineVersionArn")
    routes = props.get("RoutingConfiguration") or [{"StateMachineVersionArn": preferred, "Weight": 100}]
    made = answer(stepfunctions._create_state_machine_alias({
        "name": props.get("Name") or logical_id,
        "routingConfiguration": [{"stateMachineVersionArn": r["StateMachineVersionArn"], "weight": int(r["Weight"])} for r in routes]}))
    arn = made["stateMachineAliasArn"]
    return arn, {"Arn": arn}


def taken_as_made(logical_id, props, stack_name):
    return f"{stack_name}-{logical_id}", {}


def forget(physical_id, props):
    pass


def alarming(create):
    """Alarms on metric math are taken as made."""

    @functools.wraps(create)
    def wrapped(logical_id, props, stack_name):
        made = taken_as_made if props.get("Metrics") else create
        return made(logical_id, props, stack_name)

    return wrapped


def filling_in(invoke):
    """EventBridge Scheduler fills in what it knows of the invocation."""

    @functools.wraps(invoke)
    def wrapped(target, event, rule, view=None):
        if event.get("Source") == "aws.scheduler" and target.get("Input"):
            at = datetime.fromtimestamp(event["Time"], tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            text = target["Input"]
            for name, value in {"scheduled-time": at, "execution-id": event["EventId"], "attempt-number": "1",
                                "schedule-arn": (event.get("Resources") or [""])[0]}.items():
                text = text.replace(f"<aws.scheduler.{name}>", value)
            target = {**target, "Input": text}
        return invoke(target, event, rule, view)

    return wrapped


def limiting(run):
    """MaxConcurrencyPath says how many items of a Map run at once."""

    @functools.wraps(run)
    def wrapped(state, raw, execution, ctx):
        if state.get("MaxConcurrencyPath"):
            state = {**state, "MaxConcurrency": int(stepfunctions._resolve_path(state["MaxConcurrencyPath"], raw))}
        return run(state, raw, execution, ctx)

    return wrapped


def redriving(handle):
    """It redrives nothing: it says so by the name that AWS has for an execution
    which can't be redriven."""

    @functools.wraps(handle)
    async def wrapped(method, path, headers, body, query_params):
        if headers.get("x-amz-target", "").endswith(".RedriveExecution"):
            return stepfunctions.error_response_json("ExecutionNotRedrivable", "it redrives nothing", 400)
        return await handle(method, path, headers, body, query_params)

    return wrapped


handlers = provisioners._RESOURCE_HANDLERS
stack = handlers["AWS::CloudFormation::Stack"]
stack["create"] = inside_nested(stack["create"])
if "update" in stack:
    stack["update"] = inside_nested(stack["update"])
engine._parse_template = transforming(engine._parse_template)
handlers["AWS::StepFunctions::StateMachineVersion"] = {"create": create_version, "delete": forget}
handlers["AWS::StepFunctions::StateMachineAlias"] = {"create": create_alias, "delete": forget}
handlers["AWS::Budgets::Budget"] = {"create": taken_as_made, "delete": forget}
handlers["AWS::CloudWatch::Alarm"]["create"] = alarming(handlers["AWS::CloudWatch::Alarm"]["create"])
handlers["AWS::CloudWatch::CompositeAlarm"] = {"create": taken_as_made, "delete": forget}
eventbridge._invoke_target = filling_in(eventbridge._invoke_target)
stepfunctions.handle_request = redriving(stepfunctions.handle_request)
stepfunctions._run_map_items = limiting(stepfunctions._run_map_items)

if __name__ == "__main__":
    main()
