package infra

import (
	"fmt"
	"strings"
)

// ref is what Ref gives: a parameter, a pseudo parameter, or a resource's name.
func (s *stack) ref(name string) (any, error) {
	switch name {
	case "AWS::AccountId":
		return s.where.Account, nil
	case "AWS::Region":
		return s.where.Region, nil
	case "AWS::Partition":
		return "aws", nil
	case "AWS::StackName":
		return s.where.Stack, nil
	case "AWS::NoValue":
		return none{}, nil
	}
	if p, ok := s.parameters[name]; ok {
		return p, nil
	}
	r, err := s.resource(name)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, fmt.Errorf("%s is not made under this condition", name)
	}
	switch r.Type { // whose Ref is an ARN or an address
	case "AWS::StepFunctions::StateMachine":
		return s.arn(r), nil
	case "AWS::SQS::Queue":
		return "https://sqs." + s.where.Region + ".amazonaws.com/" + s.where.Account + "/" + s.physical(r), nil
	}
	return s.physical(r), nil
}

// named is the property that names a resource of a type.
var named = map[string]string{
	"AWS::Lambda::Function":            "FunctionName",
	"AWS::Logs::LogGroup":              "LogGroupName",
	"AWS::SQS::Queue":                  "QueueName",
	"AWS::StepFunctions::StateMachine": "StateMachineName",
	"AWS::Scheduler::ScheduleGroup":    "Name",
	"AWS::Events::Rule":                "Name",
}

func (s *stack) physical(r *Resource) string {
	if p := s.where.Physical[r.Stack+"/"+r.ID]; p != "" {
		return p
	}
	if p := r.Text(named[r.Type]); p != "" {
		return p
	}
	if r.Type == "AWS::S3::Bucket" {
		return strings.ToLower(r.ID)
	}
	return r.ID
}

// arn is made of the parts that each type's ARNs have.
func (s *stack) arn(r *Resource) string {
	at, name := s.where.Region+":"+s.where.Account+":", s.physical(r)
	switch r.Type {
	case "AWS::IAM::Role":
		return "arn:aws:iam::" + s.where.Account + ":role/" + name
	case "AWS::KMS::Key":
		return "arn:aws:kms:" + at + "key/" + name
	case "AWS::S3::Bucket":
		return "arn:aws:s3:::" + name
	case "AWS::DynamoDB::Table":
		return "arn:aws:dynamodb:" + at + "table/" + name
	case "AWS::Lambda::Function":
		return "arn:aws:lambda:" + at + "function:" + name
	case "AWS::Logs::LogGroup":
		return "arn:aws:logs:" + at + "log-group:" + name + ":*"
	case "AWS::SQS::Queue":
		return "arn:aws:sqs:" + at + name
	case "AWS::StepFunctions::StateMachine":
		return "arn:aws:states:" + at + "stateMachine:" + name
	case "AWS::Events::Rule":
		return "arn:aws:events:" + at + "rule/" + name
	}
	return "arn:aws:" + strings.ToLower(strings.ReplaceAll(r.Type, "::", "-")) + ":" + at + name
}

// attribute is what Fn::GetAtt gives.
func (s *stack) attribute(id, name string) (any, error) {
	r, err := s.resource(id)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, fmt.Errorf("%s is not made under this condition", id)
	}
	if output, ok := strings.CutPrefix(name, "Outputs."); ok {
		of := s.nested[id]
		value := at(of.template, "Outputs", output, "Value")
		if value == nil {
			return nil, fmt.Errorf("stack %s has no output %s", id, output)
		}
		return of.value(value)
	}
	if name == "Arn" {
		return s.arn(r), nil
	}
	if name == "QueueName" {
		return s.physical(r), nil
	}
	return s.physical(r) + "." + name, nil
}
