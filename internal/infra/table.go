package infra

import (
	"fmt"
	"slices"
	"strings"
)

// Functions lists the functions of the template in the order of the flow.
var Functions = []string{"api", "plan", "extract", "anonymize", "load", "verify", "commit", "report", "seal", "finish"}

// Sides are those of internal/keyring, under which WrapKey is used.
var Sides = []string{"raw", "clean", "ref", "digest", "pseudonym"}

// services through which a key may be used.
var services = []string{"dynamodb", "s3", "secretsmanager", "sqs", "states"}

// A use is one way to ask a key for something.
type use struct {
	key, how string
	context  map[string][]string
}

// uses lists the ways in which somebody may try to open something of ours.
func (s *System) uses() (all []use) {
	for _, side := range Sides {
		all = append(all, use{"WrapKey", "side " + side, map[string][]string{"kms:EncryptionContext:tenant": {"t"},
			"kms:EncryptionContext:migration": {"m"}, "kms:EncryptionContext:side": {side}}})
	}
	all = append(all, use{"WrapKey", "no side", nil})
	for _, key := range []string{"WrapKey", "DataKey", "LogsKey"} {
		for _, via := range services {
			all = append(all, use{key, "through " + via, map[string][]string{"kms:ViaService": {via + "." + s.where.Region + ".amazonaws.com"}}})
		}
	}
	for _, machine := range []string{"migrate", "maintain"} {
		all = append(all, use{"DataKey", "history of " + machine, map[string][]string{
			"kms:EncryptionContext:aws:states:stateMachineArn": {"arn:aws:states:" + s.where.Region + ":" + s.where.Account + ":stateMachine:" + s.where.Stack + "-" + machine}}})
	}
	return append(all, use{"DataKey", "directly", nil}, use{"LogsKey", "directly", nil})
}

// operations by which something is sealed or opened.
var operations = []string{"Encrypt", "Decrypt", "GenerateDataKey"}

// Table prints who can open what, a line for each key and way to use it.
func (s *System) Table() (string, error) {
	var b strings.Builder
	line := func(u use, op, who string) { fmt.Fprintf(&b, "%-8s %-24s %-16s %s\n", u.key, u.how, op, who) }
	line(use{key: "key", how: "how"}, "operation", "who")
	for _, u := range s.uses() {
		somebody := false
		for _, op := range operations {
			who, err := s.Who(Request{"kms:" + op, s.Key(u.key), u.context})
			if err != nil {
				return "", err
			}
			if len(who) > 0 {
				somebody = true
				line(u, op, strings.Join(who, ", "))
			}
		}
		if !somebody {
			line(u, "any", "nobody")
		}
	}
	return b.String(), nil
}

// Who may make the request.
func (s *System) Who(q Request) (who []string, err error) {
	for _, a := range s.actors() {
		d, err := s.DecideAs(a.arn, q)
		if err != nil {
			return nil, err
		}
		if d.Allowed {
			who = append(who, a.name)
		}
	}
	return who, nil
}

// An actor is one who might try.
type actor struct{ name, arn string }

// actors are all roles of the template, and an administrator of the account whose
// IAM policy allows everything.
func (s *System) actors() (all []actor) {
	for _, f := range Functions {
		all = append(all, actor{f, s.Role(f)})
	}
	for _, r := range s.Resources {
		arn := "arn:aws:iam::" + s.where.Account + ":role/" + r.ID
		if r.Type == "AWS::IAM::Role" && !slices.ContainsFunc(all, func(a actor) bool { return a.arn == arn }) {
			all = append(all, actor{r.ID, arn})
		}
	}
	admin := "arn:aws:iam::" + s.where.Account + ":role/administrator"
	s.identity[admin] = []Statement{{Of: "administrator", Allow: true, Actions: []string{"*"}, Resources: []string{"*"}}}
	return append(all, actor{"administrator", admin})
}

// Key is the ARN of a key by its logical id.
func (s *System) Key(id string) string {
	for arn, all := range s.resource {
		if len(all) > 0 && all[0].Of == id {
			return arn
		}
	}
	return ""
}
