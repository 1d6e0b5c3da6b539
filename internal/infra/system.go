package infra

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A System is the deployed system as its templates say.
type System struct {
	Resources []Resource
	where     Where
	identity  map[string][]Statement // by ARN of the role
	resource  map[string][]Statement // by ARN of what has a policy of its own
}

// Load works out the template in the folder.
func Load(folder string, w Where) (*System, error) {
	s := &System{where: w, identity: map[string][]Statement{}, resource: map[string][]Statement{}}
	given := map[string]any{}
	for k, v := range w.Parameters {
		given[k] = v
	}
	root, err := open(folder, "template.yaml", "", w, given, &s.Resources)
	if err != nil {
		return nil, err
	}
	for _, r := range s.Resources {
		if err := s.policies(root, r); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// policies files a resource's statements under who or what they are about.
func (s *System) policies(root *stack, r Resource) error {
	of := root
	if r.Stack != "" {
		of = root.nested[r.Stack]
	}
	switch r.Type {
	case "AWS::IAM::Policy":
		all, err := statements(r.ID, r.Properties["PolicyDocument"])
		for _, role := range texts(r.Properties["Roles"]) {
			arn := "arn:aws:iam::" + s.where.Account + ":role/" + role
			s.identity[arn] = append(s.identity[arn], all...)
		}
		return err
	case "AWS::KMS::Key":
		all, err := statements(r.ID, r.Properties["KeyPolicy"])
		s.resource[of.arn(&r)] = all
		return err
	case "AWS::S3::BucketPolicy":
		all, err := statements(r.ID, r.Properties["PolicyDocument"])
		s.resource["arn:aws:s3:::"+r.Text("Bucket")] = all
		return err
	}
	return nil
}

// Function gives a function's resource by its name in functions/.
func (s *System) Function(name string) (Resource, bool) {
	for _, r := range s.Resources {
		if r.Type == "AWS::Lambda::Function" && r.Text("Environment", "Variables", "SAFECONDUCT_FUNCTION") == name {
			return r, true
		}
	}
	return Resource{}, false
}

// Role is the ARN of a function's role.
func (s *System) Role(function string) string {
	r, _ := s.Function(function)
	return r.Text("Role")
}

// Granted lists what a function's role is granted.
func (s *System) Granted(function string) []Statement { return s.identity[s.Role(function)] }

// A Decision is IAM's answer.
type Decision struct {
	Allowed bool
	By      []Statement // that allow, or the one that denies
}

// Decide answers whether a function may make a call.
func (s *System) Decide(function string, q Request) (Decision, error) {
	role := s.Role(function)
	if role == "" {
		return Decision{}, fmt.Errorf("infra: the template has no function %q", function)
	}
	return s.DecideAs(role, q)
}

// DecideAs answers whether a role may make a call.
func (s *System) DecideAs(role string, q Request) (Decision, error) {
	identity, err := matching(s.identity[role], role, q)
	if err != nil {
		return Decision{}, err
	}
	owner := q.Resource
	if rest, ok := strings.CutPrefix(owner, "arn:aws:s3:::"); ok {
		bucket, _, _ := strings.Cut(rest, "/")
		owner = "arn:aws:s3:::" + bucket
	}
	resource, err := matching(s.resource[owner], role, q)
	if err != nil {
		return Decision{}, err
	}
	if deny := slices.IndexFunc(append(slices.Clone(identity), resource...), func(s Statement) bool { return !s.Allow }); deny >= 0 {
		return Decision{false, append(slices.Clone(identity), resource...)[deny : deny+1]}, nil
	}
	if strings.HasPrefix(q.Action, "kms:") {
		return ofKey(identity, resource), nil
	}
	return Decision{len(identity) > 0, append(identity, resource...)}, nil
}

// ofKey decides what is asked of a key: who is named in its policy may, and what
// the policy leaves to the account, IAM may grant.
func ofKey(identity, resource []Statement) Decision {
	var named, left []Statement
	for _, s := range resource {
		if slices.ContainsFunc(s.Principals, isRoot) {
			left = append(left, s)
		} else {
			named = append(named, s)
		}
	}
	if len(named) > 0 {
		return Decision{true, append(identity, named...)}
	}
	return Decision{len(left) > 0 && len(identity) > 0, append(identity, left...)}
}

func matching(all []Statement, principal string, q Request) (some []Statement, err error) {
	for _, s := range all {
		ok, err := s.matches(principal, q)
		if err != nil {
			return nil, err
		}
		if ok {
			some = append(some, s)
		}
	}
	return some, nil
}

// Of lists the resources of a type.
func (s *System) Of(kind string) (all []Resource) {
	for _, r := range s.Resources {
		if r.Type == kind {
			all = append(all, r)
		}
	}
	return all
}

// Find gives the resource of a logical id.
func (s *System) Find(id string) Resource {
	i := slices.IndexFunc(s.Resources, func(r Resource) bool { return r.ID == id })
	if i < 0 {
		return Resource{}
	}
	return s.Resources[i]
}

// Policies lists all statements of roles, keys and buckets.
func (s *System) Policies() (all []Statement) {
	for _, by := range []map[string][]Statement{s.identity, s.resource} {
		for _, owner := range slices.Sorted(maps.Keys(by)) {
			all = append(all, by[owner]...)
		}
	}
	return all
}
