package calls

import (
	"encoding/json"
	"strings"
)

// services are those that name their operations in a header, by what stands in
// front of the dot.
var services = map[string]string{
	"DynamoDB_20120810": "dynamodb",
	"TrentService":      "kms",
	"AWSStepFunctions":  "states",
	"secretsmanager":    "secretsmanager",
	"AmazonSQS":         "sqs",
}

// parameters are those of any of our calls that policies look at.
type parameters struct {
	table
	KeyID             string            `json:"KeyId"`
	EncryptionContext map[string]string `json:"EncryptionContext"`
	SecretID          string            `json:"SecretId"`
	StateMachineARN   string            `json:"stateMachineArn"`
	ExecutionARN      string            `json:"executionArn"`
	QueueURL          string            `json:"QueueUrl"`
}

func (c *Call) json(target string, body []byte) {
	prefix, operation, _ := strings.Cut(target, ".")
	c.Operation = operation
	if c.Service = services[prefix]; c.Service == "" {
		c.Service = prefix
	}
	var p parameters
	_ = json.Unmarshal(body, &p) // what can't be read needs *, which no policy grants
	switch c.Service {
	case "dynamodb":
		c.dynamodb(body, p.table)
	case "kms":
		c.needs(operation, orARN("kms", "key/", p.KeyID), encrypted(p.EncryptionContext))
	case "states":
		c.needs(operation, orARN("states", "", p.StateMachineARN+p.ExecutionARN), nil)
	case "secretsmanager":
		c.needs(operation, orARN("secretsmanager", "secret:", p.SecretID), nil)
	default:
		c.needs(operation, "*", nil)
	}
}

// encrypted are the condition keys of an encryption context.
func encrypted(context map[string]string) map[string][]string {
	keys := map[string][]string{}
	for name, value := range context {
		keys["kms:EncryptionContext:"+name] = []string{value}
		keys["kms:EncryptionContextKeys"] = append(keys["kms:EncryptionContextKeys"], name)
	}
	return keys
}
